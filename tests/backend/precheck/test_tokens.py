import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.tokens import estimate_tokens

COUNTED = [
    json.loads(line) for line in (Path(__file__).parent / "prompts/tokens.jsonl").read_text("utf-8").splitlines()
]
"""Prose, code and signs with their o200k_base counts."""


@pytest.mark.parametrize("row", COUNTED, ids=lambda row: row["text"][:12])
def test_estimates_are_near_the_count_of_a_tokenizer(row: dict[str, Any]) -> None:
    assert estimate_tokens(row["text"]) == pytest.approx(row["tokens"], rel=0.2)


def test_estimates_are_on_average_within_a_tenth() -> None:
    errors = [abs(estimate_tokens(row["text"]) / row["tokens"] - 1) for row in COUNTED]
    assert sum(errors) / len(errors) < 0.1


@given(st.text(st.characters(), max_size=500))
def test_any_text_has_an_estimate_and_only_nothing_has_none(text: str) -> None:
    assert (estimate_tokens(text) == 0) is (text == "")


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_longer_text_never_has_fewer_tokens(one: str, other: str) -> None:
    assert estimate_tokens(one + other) + 2 >= max(estimate_tokens(one), estimate_tokens(other))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["a" * 1_000_000, "\n" * 1_000_000, "\u4f60" * 1_000_000, "\ud800" * 1000])
def test_a_megabyte_is_no_trouble(text: str) -> None:
    assert 0 < estimate_tokens(text) <= len(text)
