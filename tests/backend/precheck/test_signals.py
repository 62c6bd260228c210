"""What people are told of a check, in words that stand in a file and never in the prompt."""

import re
from collections.abc import Collection, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.precheck.signals import CONTINUES, NO_TASK, TOLD, explain, form_phrases, phrases, silent
from backend.precheck.structure import Form
from shared.precheck import Category, Complexity
from tests.data.test_concepts import GLOSSES

TASKS = [category for category in Category if category is not Category.OTHER]


def signals(
    category: Category = Category.CODING,
    strongest: Sequence[tuple[str, float]] = (),
    forms: Collection[str] = (),
    complexity: Complexity = Complexity.STANDARD,
    *,
    follows: bool = False,
    long: bool = False,
) -> list[str]:
    return list(explain(category, strongest, forms, complexity, follows=follows, long=long))


def test_every_concept_has_words_or_is_silent() -> None:
    assert sorted([*phrases(), *silent()]) == sorted(GLOSSES)


def test_every_form_has_words() -> None:
    assert set(Form) <= set(form_phrases())


@pytest.mark.parametrize("words", sorted({*phrases().values(), *form_phrases().values()}))
def test_words_go_on_after_reads_as(words: str) -> None:
    assert re.fullmatch(r"[a-z][\w ,-]{5,45}", words, re.ASCII), words


def test_a_concept_that_nobody_knows_and_a_form_that_nobody_knows_are_left_out() -> None:
    assert signals(strongest=[("of_another_artefact", 9.0)], forms={"of_another_time"}) == ["Looks like coding"]


def test_what_counted_against_the_task_or_says_nothing_is_not_told() -> None:
    assert signals(strongest=[("python", -1.0), ("pron_i", 5.0), ("poem", 0.0)]) == ["Looks like coding"]


def test_the_strongest_are_told_first_and_each_phrase_once() -> None:
    found = [("sql_query", 0.2), ("python", 0.9), ("javascript", 0.8), ("debug", 0.5), ("loop", 0.1)]
    assert signals(strongest=found) == [
        "Looks like coding: names a programming language, asks to find what is wrong in code, speaks of databases"
    ]


def test_the_form_has_the_last_place() -> None:
    found = [("sql_query", 0.2), ("python", 0.9), ("debug", 0.5)]
    assert signals(strongest=found, forms={Form.CODE, Form.QUESTION}) == [
        "Looks like coding: names a programming language, asks to find what is wrong in code, holds code"
    ]
    assert signals(strongest=found[1:2], forms={Form.TABLE, Form.CODE}) == [
        "Looks like coding: names a programming language, holds code, holds a table"
    ]
    assert signals(strongest=[("code_signs", 1.0)], forms={Form.CODE}) == ["Looks like coding: holds code"]


def test_that_it_is_a_question_is_told_only_when_nothing_else_is_known() -> None:
    assert signals(Category.RESEARCH, forms={Form.QUESTION}) == ["Looks like research: asks a question"]
    assert signals(Category.RESEARCH, [("who", 1.0)], {Form.QUESTION}) == ["Looks like research: asks for facts"]


def test_no_task_a_follow_up_and_great_length_are_said() -> None:
    assert signals(Category.OTHER, [("python", 1.0)], {Form.CODE}) == [NO_TASK]
    assert signals(follows=True) == ["Looks like coding", CONTINUES]
    assert signals(complexity=Complexity.COMPLEX, long=True)[1:] == ["Very long"]
    assert signals(complexity=Complexity.REASONING)[1:] == ["Asks for careful thought"]


@given(
    st.sampled_from(TASKS),
    st.lists(st.tuples(st.sampled_from(sorted(GLOSSES)), st.floats(-5, 5)), max_size=20),
    st.sets(st.sampled_from(sorted(form_phrases()))),
)
def test_at_most_three_that_differ(category: Category, strongest: list[tuple[str, float]], forms: set[str]) -> None:
    [first] = signals(category, strongest, forms)
    task, _, told = first.removeprefix("Looks like ").partition(": ")
    assert task == category.replace("_", " ")
    known = {*phrases().values(), *form_phrases().values()}
    for words in sorted(known, key=len, reverse=True):
        told = told.replace(words, "#", 1)
    assert told in {", ".join("#" * number) for number in range(TOLD + 1)}
