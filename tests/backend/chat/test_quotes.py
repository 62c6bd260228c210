"""A provider's reason without the words it was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.quotes import LEFT_OUT, MOST, SHORTEST, without_quotes

PROMPT = "My sister's diagnosis is a secret that nobody else may know."


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        (f"Invalid prompt: '{PROMPT}'.", f"Invalid prompt: '{LEFT_OUT}'."),
        (f"{PROMPT}", LEFT_OUT),
        ("Refused near 'a secret that nobody' of your input", f"Refused near '{LEFT_OUT}' of your input"),
        ("HTTP 400 temperature must be at most 1", "HTTP 400 temperature must be at most 1"),
        ("twice: a secret that, a secret that", f"twice:{LEFT_OUT},{LEFT_OUT}"),
        ("", ""),
    ],
)
def test_passages_that_were_said_are_left_out(reason: str, left: str) -> None:
    assert without_quotes(reason, ["You are helpful.", PROMPT]) == left


def test_white_space_makes_no_difference() -> None:
    assert without_quotes("no: a secret that nobody else", ["a\nsecret\n\n  that nobody else"]) == f"no: {LEFT_OUT}"


@pytest.mark.parametrize(
    ("prompt", "left"), [("1234", "PIN […] is wrong"), ("is", "PIN 1234 is wrong"), ("", "PIN 1234 is wrong")]
)
def test_a_short_prompt_is_left_out_where_it_is_quoted_whole(prompt: str, left: str) -> None:
    assert without_quotes("PIN 1234 is wrong", [prompt]) == left


def test_of_a_prompt_too_long_to_compare_nothing_is_risked() -> None:
    assert without_quotes("any reason", ["x" * (MOST + 1)]) == LEFT_OUT
    assert without_quotes("any reason", ["x" * MOST]) == "any reason"


@given(st.text(max_size=80), st.lists(st.text(min_size=SHORTEST, max_size=60), max_size=3), st.text(max_size=80))
def test_no_passage_survives(before: str, said: list[str], after: str) -> None:
    reason = " ".join(f"{before} {' '.join(said)} {after}".split())
    left = without_quotes(reason, said)
    for text in said:
        text = " ".join(text.split())
        for start in range(len(text) - SHORTEST + 1):
            assert text[start : start + SHORTEST] not in left
