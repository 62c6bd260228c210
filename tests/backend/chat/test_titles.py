"""A conversation's first title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.titles import LONGEST, UNTITLED, title_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Tie a bowline", "Tie a bowline"),
        ("  \n\n  Tie   a\tbowline \n with one hand", "Tie a bowline"),
        ("# Tie a **bowline**", "Tie a bowline"),
        ("> quoted `words` [link]", "quoted words link"),
        ("```python\nprint(1)\n```\nWhy does this print 1?", "Why does this print 1?"),
        ("```\nonly code\n```", "only code"),
        ("```\nunclosed", "unclosed"),
        ("***\n---\nthen words", "---"),
        ("```", UNTITLED),
        ("#", UNTITLED),
        ("", UNTITLED),
        ("日本語のロープの結び方", "日本語のロープの結び方"),
        ("👩‍🚀 knots", "👩‍🚀 knots"),
    ],
)
def test_is_the_first_line_with_words(prompt: str, title: str) -> None:
    assert title_of(prompt) == title


def test_a_long_line_is_cut_at_the_end_of_a_word() -> None:
    title = title_of("Explain how a fairlead guides a line to where it should go, without chafing it on the way")
    assert title == "Explain how a fairlead guides a line to where it should go…"


def test_one_endless_word_is_cut_anywhere() -> None:
    assert title_of("x" * 500) == "x" * (LONGEST - 1) + "…"


@given(st.text(max_size=300))
def test_is_short_and_never_empty(prompt: str) -> None:
    title = title_of(prompt)
    assert 0 < len(title) <= LONGEST
    assert title == title.strip()
    assert len(title.splitlines()) == 1


def test_a_megabyte_is_no_more_work_than_its_beginning() -> None:
    assert title_of("`" * 1_000_000) == UNTITLED
