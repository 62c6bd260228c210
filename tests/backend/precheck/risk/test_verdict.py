"""What a guard's answer means, and what is none."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.risk.verdict import ANSWERED_IN_JSON, Unreadable, chat_call, of_chat, of_moderation
from shared.messages import Role
from shared.precheck import RiskCategory, RiskLevel


@pytest.mark.parametrize(
    "answer",
    [
        *("", "Safe", "safe\nS1", "unsafe", "unsafe\n", "unsafe S1", "unsafe\nS0", "unsafe\nS1 S2", "unsafe\nS1\nS2"),
        *("unsafe\nviolence", "I think this is safe.", "safe safe", '{"categories": []}', "unsafe\nS1,"),
    ],
)
def test_what_llama_guard_never_says_is_no_verdict(answer: str) -> None:
    with pytest.raises(Unreadable):
        of_chat(answer, "llama_guard")


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "",
            "{}",
            "[]",
            "null",
            '{"categories": "hate"}',
            '{"categories": ["unkind"]}',
            '{"categories": [], "why": ""}',
        ),
        *('```json\n{"categories": []}\n```', "safe", '{"categories": [' * 9_999, '{"categories": ["hate"]} indeed'),
    ],
)
def test_what_is_not_the_json_that_was_asked_for_is_no_verdict(answer: str) -> None:
    with pytest.raises(Unreadable):
        of_chat(answer, "json")


@pytest.mark.parametrize(
    ("answer", "form", "found"),
    [
        ("safe", "llama_guard", []),
        ("\n\nsafe", "llama_guard", []),
        ("unsafe\nS9", "llama_guard", [RiskCategory.VIOLENCE]),
        ("unsafe\nS4,S12", "llama_guard", [RiskCategory.SEXUAL_MINORS, RiskCategory.SEXUAL]),
        ("unsafe\nS6", "llama_guard", []),
        ("unsafe\nS8,S14", "llama_guard", [RiskCategory.MALWARE]),
        ('{"categories": []}', "json", []),
        (' {"categories": ["hate", "injection"]}\n', "json", [RiskCategory.HATE, RiskCategory.INJECTION]),
    ],
)
def test_verdicts(answer: str, form: str, found: list[RiskCategory]) -> None:
    suspicions = of_chat(answer, form)
    assert [s.category for s in suspicions] == found
    assert {s.level for s in suspicions} <= {RiskLevel.HIGH}


def test_moderation_names_what_it_flags() -> None:
    found = of_moderation(
        [{"harassment/threatening": 0.7, "illicit/violent": 0.9, "illicit": 0.8, "sexual/minors": 0.6}]
    )
    assert {s.category: s.score for s in found} == {
        RiskCategory.HARASSMENT: 0.7,
        RiskCategory.VIOLENCE: 0.9,
        RiskCategory.ILLEGAL: 0.8,
        RiskCategory.SEXUAL_MINORS: 0.6,
    }
    assert of_moderation([{}]) == ()


def test_a_kind_that_moderation_does_not_have_yet_is_no_verdict() -> None:
    with pytest.raises(Unreadable):
        of_moderation([{"rudeness": 0.9}])


@given(st.text(max_size=200), st.sampled_from(["llama_guard", "json"]))
def test_any_answer_is_a_verdict_or_none(answer: str, form: str) -> None:
    try:
        found = of_chat(answer, form)
    except Unreadable:
        return
    assert all(s.category in RiskCategory for s in found)


def test_a_general_model_is_told_what_to_look_for_and_held_to_the_schema_if_it_can_be() -> None:
    call = chat_call("m", "words", "json", schema=True)
    assert [turn.role for turn in call.messages] == [Role.SYSTEM, Role.USER]
    assert all(category.value in call.messages[0].content for category in ANSWERED_IN_JSON)
    assert call.format is not None
    assert call.format.schema is not None
    assert "sexual_minors" in msgspec.json.decode(call.format.schema)["properties"]["categories"]["items"]["enum"]
    assert chat_call("m", "words", "json", schema=False).format is None
    assert chat_call("m", "words", "llama_guard", schema=True).format is None
