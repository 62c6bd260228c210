"""What is kept of a prompt whose text is not."""

import random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.learned.grams import ROWS, pieces
from backend.precheck.marks.common_words import FILE
from backend.precheck.marks.features import MOST, MOST_TIMES, features

COMMON = "write an email to my boss about the meeting"
SECRET = "zyxqwv"


def rows(text: str) -> set[int]:
    return {row for row, _ in features(text).pieces}


def test_of_rare_words_and_numbers_nothing_is_kept() -> None:
    assert features(f"{SECRET} 4111111111111111 {SECRET}@{SECRET}.zzqqx").pieces == []


def test_a_rare_word_leaves_no_trace_not_even_of_its_length() -> None:
    assert features(f"{COMMON} {SECRET}") == features(f"{COMMON} {SECRET * 9}") == features(f"{COMMON} 12345")


def test_neither_its_beginning_nor_its_end_is_marked() -> None:
    all_of_it = pieces(COMMON)
    runs = {int(row) for row in all_of_it.rows[: all_of_it.ends[0]]}
    assert rows(COMMON) == runs
    assert {int(row) for row in all_of_it.rows} != runs


def test_how_often_and_in_which_order_is_hardly_told() -> None:
    kept = features(f"{COMMON} {SECRET} " * 30)
    assert max(count for _, count in kept.pieces) == MOST_TIMES
    assert kept.pieces == sorted(kept.pieces)


def test_of_a_long_text_only_so_much_is_kept() -> None:
    known = FILE.read_text(encoding="utf-8").split()
    text = " ".join(random.Random(4).choices([word for word in known if word.isascii()], k=400))
    assert len(features(text).pieces) == MOST


@pytest.mark.parametrize("text", ["x" * 10**6, "\n" * 10**6, "a b " * 250_000, "的" * 10**6, "\x00\u202e" * 10**5])
def test_it_takes_no_time_to_speak_of(text: str) -> None:
    begin = perf_counter()
    features(text)
    assert perf_counter() - begin < 1


@pytest.mark.parametrize("text", ["Summarize this article", "Fasse diesen Artikel zusammen", "请总结这篇文章"])
def test_meanings_are_named_whatever_the_language(text: str) -> None:
    assert "summarize" in features(text).concepts


@given(st.text())
def test_it_is_the_same_every_time_and_always_within_bounds(text: str) -> None:
    kept = features(text)
    assert kept == features(text)
    assert all(0 <= row < ROWS and 1 <= count <= MOST_TIMES for row, count in kept.pieces)
    assert kept.concepts == sorted(set(kept.concepts))
