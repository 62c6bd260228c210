"""Prechecks of one process: what was just checked is not checked again."""

from typing import Any

import pytest

from backend.chat.prompt import Prompt
from backend.precheck import service
from backend.precheck.check import check
from backend.precheck.service import RECENT, Examiner
from backend.providers.calls import Turn
from backend.secrets import Secrets
from shared.messages import Role

CODE = "Write a Python function that reverses a linked list and explain it."


def said(*words: str) -> Prompt:
    return Prompt(text=words[-1], earlier=words[:-1], turns=tuple(Turn(Role.USER, word) for word in words), thread=None)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the rules were applied to."""
    seen: list[str] = []

    def counted(text: str, **context: Any) -> Any:
        seen.append(text)
        return check(text, **context)

    monkeypatch.setattr(service, "check", counted)
    return seen


@pytest.fixture
def examiner() -> Examiner:
    return Examiner(Secrets(b"s" * 32))


def test_the_same_words_are_checked_once_and_each_check_has_an_id(examiner: Examiner, checks: list[str]) -> None:
    first = examiner.examine(said(CODE), assistant_chosen=False)
    again = examiner.examine(said(CODE), assistant_chosen=False)
    assert checks == [CODE]
    assert (first.finding, first.prompt_hash) == (again.finding, again.prompt_hash)
    assert first.id != again.id


def test_whoever_chose_an_assistant_is_recommended_none(examiner: Examiner) -> None:
    assert examiner.examine(said(CODE), assistant_chosen=False).finding.recommended_family == "code"
    assert examiner.examine(said(CODE), assistant_chosen=True).finding.recommended_family is None
    assert examiner.examine(said(CODE), assistant_chosen=False).finding.recommended_family == "code"


def test_what_a_follow_up_continues_is_part_of_what_is_remembered(examiner: Examiner, checks: list[str]) -> None:
    findings = [
        examiner.examine(said(before, "continue"), assistant_chosen=False).finding
        for before in (CODE, "Translate this letter into French.", CODE)
    ]
    assert findings[0] == findings[2] != findings[1]
    assert checks == ["continue", "continue"]
    assert examiner.examine(said("continue"), assistant_chosen=False).finding != findings[0]


def test_only_so_many_are_remembered(examiner: Examiner, checks: list[str]) -> None:
    for number in range(RECENT + 1):
        examiner.examine(said(f"prompt {number}"), assistant_chosen=False)
    examiner.examine(said("prompt 1"), assistant_chosen=False)
    assert len(checks) == RECENT + 1
    examiner.examine(said("prompt 0"), assistant_chosen=False)
    assert len(checks) == RECENT + 2
