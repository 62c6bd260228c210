"""Pieces of texts against a slow reference that cuts them one by one."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck.learned.grams import (
    EDGE_END,
    EDGE_LEAD,
    END,
    HEAD,
    KINDS,
    LEAD,
    LENGTHY,
    ROWS,
    TAIL,
    codes_of,
    is_gap,
    pieces,
    spaced,
)

TEXTS = st.text(st.characters(), max_size=300) | st.text("ab ", min_size=LENGTHY, max_size=LENGTHY + 200)
HOSTILE = {
    "nothing": "",
    "one sign": "a",
    "one sign beyond the first plane": "\U0001f44d",
    "a lone surrogate": "\udfff",
    "only spaces": " " * 1_048_576,
    "one word of a megabyte": "a" * 1_048_576,
    "a megabyte of combining marks": "e" + "\u0301" * 524_288,
    "lines without end": "\r\n" * 524_288,
    "surrogates without end": "\ud800" * 300_000,
}


def cut(text: str) -> list[tuple[str, str]]:
    """The pieces of a text as they are meant: what kind each is, and its signs."""
    body = f" {text} "
    stretches = [("runs", body, 2, 5), ("lead", f"^{text[:LEAD]}", 1, 4), ("end", f"{text[-END:]}$", 1, 4)]
    if len(text) > LENGTHY:
        stretches += [("edges", body[:EDGE_LEAD], 2, 5), ("edges", body[-EDGE_END:], 2, 5)]
    return [
        (kind, whole[at : at + length])
        for kind, whole, shortest, longest in stretches
        for length in range(shortest, longest + 1)
        for at in range(len(whole) - length + 1)
    ]


@given(TEXTS.map(spaced), TEXTS.map(spaced))
def test_the_same_piece_has_the_same_row_wherever_it_stands(one: str, other: str) -> None:
    rows: dict[tuple[str, str], int] = {}
    for text in (one, other):
        found = pieces(text)
        for piece, row in zip(cut(text), found.rows.tolist(), strict=True):
            kind, signs = piece
            assert rows.setdefault(("runs" if kind == "edges" else kind, signs), row) == row


@given(TEXTS.map(spaced))
def test_each_kind_of_piece_ends_where_the_next_begins(text: str) -> None:
    counts = [sum(kind == name for kind, _ in cut(text)) for name in KINDS]
    assert pieces(text).ends == tuple(np.cumsum(counts))


@given(TEXTS)
def test_the_same_text_has_the_same_rows_within_the_table(text: str) -> None:
    found, again = pieces(spaced(text)), pieces(spaced(text))
    assert found.rows.tolist() == again.rows.tolist()
    assert all(0 <= row < ROWS for row in found.rows.tolist())


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_have_no_more_pieces_than_others(name: str) -> None:
    text = spaced(HOSTILE[name])
    found = pieces(text)
    assert len(text) <= HEAD + TAIL + 1
    assert len(found.rows) == len(cut(text)) <= 4 * (HEAD + 2 + TAIL + LEAD + END + 2 + EDGE_LEAD + EDGE_END)


def test_different_pieces_seldom_share_a_row() -> None:
    text = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz ", k=HEAD))
    found = zip(cut(text), pieces(text).rows, strict=True)
    distinct = {piece: int(row) for piece, row in found if piece[0] != "edges"}
    assert len(set(distinct.values())) / len(distinct) > 0.98


def test_rows_stay_what_they_were_when_models_and_marks_were_stored() -> None:
    found = pieces("hi there")
    assert found.ends == (30, 60, 90, 90)
    assert found.rows[:6].tolist() == [23737, 64227, 25172, 130291, 94445, 19664]
    assert found.rows[30:33].tolist() == [119282, 10294, 62413]


@given(st.text(max_size=200), st.text(min_size=1, max_size=50))
def test_of_a_long_text_only_beginning_and_end_count(middle: str, other: str) -> None:
    begin, end = "so it begins " * 200, " and so it ends" * 200
    assert spaced(f"{begin}{middle}{end}") == spaced(f"{begin}{other}{end}")
    assert spaced(f"{begin}{middle}{end}") == f"{' '.join(begin.split())[:HEAD]} {' '.join(end.split())[-TAIL:]}"


@given(st.lists(st.sampled_from(["a", "bc", "\u4f60", "\ud800", " ", "\n", "\t ", "\u3000"]), max_size=60).map("".join))
def test_gaps_of_any_length_are_one_space(text: str) -> None:
    assert spaced(text) == " ".join(text.split())
    assert spaced(spaced(text)) == spaced(text)


@given(st.text(st.characters()))
def test_signs_that_part_words_are_those_of_no_word(text: str) -> None:
    gaps = is_gap(codes_of(text)).tolist()
    for sign, gap in zip(text, gaps, strict=True):
        if "\uffff" > sign > " " and (sign.isalnum() or "\ud800" <= sign <= "\udfff"):
            assert not gap
        if sign.isspace() or sign in ".,;:!?()[]{}\u3002\uff01\u061f":
            assert gap


@settings(max_examples=20)
@given(st.text(st.characters(codec="utf-8")))
def test_codes_are_code_points(text: str) -> None:
    assert codes_of(text).tolist() == list(map(ord, text))
