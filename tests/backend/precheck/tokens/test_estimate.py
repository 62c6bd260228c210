import json
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.tokens.estimate import NOTHING, SHORT, Size, estimate_tokens, size_of
from backend.precheck.tokens.tokenizers import Tokenizer

COUNTED: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[3] / "data/tokens/texts.jsonl").read_text("utf-8").split("\n")
    if line
]
"""Texts of our own with the counts of the real tokenizers; none was fitted."""


def errors(tokenizer: Tokenizer, kind: str) -> list[float]:
    rows = [row for row in COUNTED if row["kind"] == kind]
    return [abs(estimate_tokens(row["text"], tokenizer) / row["tokens"][tokenizer] - 1) for row in rows]


@pytest.mark.parametrize("kind", ["prose", "code", "cjk"])
@pytest.mark.parametrize("tokenizer", Tokenizer)
def test_estimates_are_near_the_counts_of_every_tokenizer(tokenizer: Tokenizer, kind: str) -> None:
    found = errors(tokenizer, kind)
    assert len(found) >= 15
    assert median(found) < 0.06
    assert quantiles(found, n=10)[-1] < 0.2


@given(st.text(st.characters(), max_size=500))
def test_any_text_has_an_estimate_and_only_nothing_has_none(text: str) -> None:
    assert (estimate_tokens(text) == 0) is (text == "")


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(Tokenizer))
def test_a_longer_text_never_has_fewer_tokens(one: str, other: str, tokenizer: Tokenizer) -> None:
    both = estimate_tokens(one + other, tokenizer)
    assert both + 4 >= max(estimate_tokens(one, tokenizer), estimate_tokens(other, tokenizer))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "\n" * 1_000_000, "\u4f60" * 1_000_000, "\ud800" * 1000, "\U0001f600"]
)
def test_a_megabyte_is_no_trouble(text: str) -> None:
    assert 0 < estimate_tokens(text) <= 4 * len(text)


@given(st.text(min_size=1, max_size=30))
def test_a_long_text_is_counted_like_its_short_pieces(piece: str) -> None:
    short = size_of(piece * 2).weighed - size_of(piece).weighed
    times = SHORT // len(piece) + 2
    long = size_of(piece).weighed + short * (times - 1)
    assert np.allclose(size_of(piece * times).weighed, long, rtol=1e-3)


class TestSize:
    @given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 50))
    def test_sizes_add_up(self, one: str, other: str, more: int) -> None:
        together = (size_of(one, more) + size_of(other)).tokens()
        assert abs(together - (size_of(one).tokens() + size_of(other).tokens() + more)) <= 1

    def test_nothing_has_no_tokens_and_only_text_is_corrected(self) -> None:
        assert NOTHING.tokens(ratio=2.0) == 0
        assert size_of("", 7).tokens(ratio=2.0) == 7
        text = "Could you explain how the tides work, and why there are two of them every day?"
        plain, doubled = (size_of(text, 3).tokens(ratio=ratio) for ratio in (1.0, 2.0))
        assert doubled - 3 == pytest.approx(2 * (plain - 3), abs=1)

    def test_a_tokenizer_that_splits_more_finds_more(self) -> None:
        size: Size = size_of("The harbour master asked for the papers of every ship that had come in since Monday.")
        assert size.tokens(Tokenizer.CLAUDE_4_7) > 1.1 * size.tokens(Tokenizer.O200K)
