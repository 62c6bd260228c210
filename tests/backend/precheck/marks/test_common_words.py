"""Which words tell nothing of the prompt they stand in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.marks.common_words import ENOUGH, FILE, common, labelled, only_common, words

PROMPTS = Path(__file__).parents[3] / "data" / "prompts"


def test_enough_labelled_prompts_have_every_word_of_the_file() -> None:
    listed = FILE.read_text(encoding="utf-8").split()
    assert listed == sorted(set(listed))
    assert len(listed) > 5000
    assert set(listed) <= set(common(labelled(PROMPTS)))


def test_a_word_is_common_only_when_enough_prompts_have_it() -> None:
    assert common(["only here twice, twice"] * (ENOUGH - 1)) == []
    assert common([f"word {number} b2" for number in range(ENOUGH)]) == ["word"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", []),
        ("4711 0x7f b2", []),
        ("schwarzkopf", []),
        (
            "write an email to jonathan schwarzkopf about the invoice 4711",
            ["write an email to", "about the invoice"],
        ),
        ("fasse den text von herrn müllerschön zusammen", ["den text von", "zusammen"]),
        ("翻译成英文 龘靐", ["翻译成英文"]),
        ("call me at +49 151 2345678 please", ["call me at", "please"]),
    ],
)
def test_rare_words_names_and_numbers_are_left_out(text: str, kept: list[str]) -> None:
    assert only_common(text) == kept


@given(st.text(max_size=400))
def test_whatever_is_kept_is_common_and_from_the_text(text: str) -> None:
    known = set(FILE.read_text(encoding="utf-8").split())
    for stretch in only_common(text):
        assert stretch in text
        assert set(words(stretch)) <= known
