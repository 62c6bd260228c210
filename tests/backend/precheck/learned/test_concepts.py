"""Concepts against a slow reference that looks at every beginning of a word for every form."""

import unicodedata
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck.learned.concepts import LONGEST, Concepts, normal_form, numbered, table

Forms = Sequence[tuple[str, int]]

WORDS = ["a", "ab", "abc", "sum", "sum up", "up", "c++", "d'accord", "caf\u00e9", "\u7ffb\u8bd1", "\u7ffb", "\u5199a"]
GAPS = [" ", "  ", "\n\t", ", ", " - ", "?! ", "\U0001f44d"]

FORMS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
        .map(" ".join)
        .flatmap(lambda w: st.sampled_from([w, f"{w}*"])),
        st.integers(0, 40),
    ),
    max_size=12,
)
TEXTS = st.lists(st.sampled_from([*WORDS, *GAPS, "x", "\u6587", "\ud800", "'"]), max_size=40).map("".join)


def concepts(*forms: tuple[str, int]) -> Concepts:
    return Concepts(*table(numbered(forms)))


def find(forms: Forms, text: str) -> list[int]:
    return concepts(*forms).find(text).tolist()


def plain(text: str) -> str:
    """Whatever parts words as one space, one at each end too."""
    text = "".join(" " if parts(sign) else sign for sign in f" {text} ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def parts(sign: str) -> bool:
    word = sign.isalnum() or sign in "'+#" or unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cs"}
    return sign > "\uffff" or not word


def sought(words: str) -> str:
    form = plain(words.rstrip(" *"))[1:]
    whole = not words.endswith("*") and all(sign < "\u3040" for sign in form)
    return (form if whole else form.rstrip(" "))[:LONGEST]


def naive(forms: Forms, text: str) -> list[int]:
    known: dict[str, int] = {}
    for words, number in forms:
        known.setdefault(sought(words), number)
    text = plain(text)
    found = []
    for at in range(1, len(text)):
        if text[at] != " " and (text[at - 1] == " " or text[at] >= "\u3040"):
            fitting = [form for form in known if text.startswith(form, at)]
            if fitting:
                found.append(known[max(fitting, key=len)])
    return found


@settings(max_examples=200)
@given(FORMS, TEXTS)
def test_they_are_those_that_a_slow_search_finds(forms: Forms, text: str) -> None:
    assert find(forms, text) == naive(forms, text)


@settings(max_examples=80)
@given(FORMS, st.text(st.characters(), max_size=200))
def test_any_text_may_be_searched(forms: Forms, text: str) -> None:
    assert find(forms, text) == naive(forms, text)


@pytest.mark.parametrize("text", ["", " ", "?", "\ud800", "a" * 100, "\u7ffb\u8bd1"])
def test_without_forms_nothing_is_found(text: str) -> None:
    assert find([], text) == []


def test_the_longest_form_wins() -> None:
    forms = [("sum", 1), ("sum up", 2), ("sum up all*", 3)]
    assert find(forms, "sum") == [1]
    assert find(forms, "sum up") == [2]
    assert find(forms, "please sum up allways, sum in all") == [3, 1]


def test_a_word_is_found_whole_and_a_beginning_in_any_word() -> None:
    assert find([("art", 1)], "art party arts, 'art' art's art!") == [1, 1]
    assert find([("art*", 1)], "art party arts artful smart") == [1, 1, 1]


def test_a_beginning_yields_to_a_longer_word() -> None:
    assert find([("trans*", 1), ("translate", 2)], "translate transport translated") == [2, 1, 1]


def test_words_of_scripts_without_gaps_are_found_anywhere() -> None:
    forms = [("\u7ffb\u8bd1", 1), ("\u82f1\u6587", 2)]
    assert find(forms, "\u8bf7\u628a\u5b83\u7ffb\u8bd1\u6210\u82f1\u6587") == [1, 2]
    assert find([("\ubc88\uc5ed*", 3)], "\uc774\uac83\uc744\ubc88\uc5ed\ud574\uc918") == [3]


@given(st.sampled_from(GAPS), st.sampled_from(["", *GAPS]))
def test_words_of_a_form_may_have_any_gap_between_them(gap: str, around: str) -> None:
    assert find([("sum up", 7)], f"{around}sum{gap}up{around}") == [7]
    assert find([("sum up", 7)], f"sum{gap}x{gap}up") == []


def test_of_a_form_longer_than_the_longest_only_its_beginning_counts() -> None:
    form = "donaudampfschifffahrtsgesellschaft"
    assert len(normal_form(form)) == LONGEST
    assert find([(form, 1)], f"{form[:LONGEST]}skapitaen") == [1]
    assert find([(form, 1)], form[: LONGEST - 1]) == []


def test_the_first_concept_keeps_a_form_that_two_have() -> None:
    assert find([("sum  up", 1), ("Sum up", 2), ("sum, up", 3)], "sum up") == [1]


def test_forms_of_nothing_are_left_out() -> None:
    assert numbered([("", 1), (" ", 2), ("*", 3), ("?!", 4)]) == {}


def test_of_two_forms_with_one_hash_one_is_known() -> None:
    one, other = "red stone 4010", "green river 197973"
    keys, numbers = table(numbered([(one, 1), (other, 2)]))
    assert len(keys) == 1
    assert numbers.tolist() == [1]
    assert find([(other, 2), (one, 1)], one) == [2]


def test_keys_are_sorted_and_unlike() -> None:
    keys, numbers = table(numbered((f"word{number}", number) for number in range(2000)))
    assert np.all(keys[1:] > keys[:-1])
    assert sorted(numbers.tolist()) == list(range(2000))


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["a" * 100_000, "a " * 50_000, "\u7ffb" * 20_000, "\ud800 " * 50_000])
def test_a_long_text_is_searched_in_one_pass(text: str) -> None:
    assert set(find([("a", 1), ("\u7ffb", 2)], text)) <= {1, 2}
