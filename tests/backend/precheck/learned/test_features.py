"""What is seen of a text: concepts in their order and plain facts about its form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.precheck.learned.concepts import Concepts, numbered, table
from backend.precheck.learned.features import FACTS, FIRST, HEAD, TAIL, Features, features
from backend.precheck.learned.grams import pieces, spaced
from backend.precheck.structure import Form

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
KNOWN = Concepts(*table(numbered((word, number) for number, word in enumerate(NUMBERS))))


def seen(text: str) -> Features:
    return features(text, text.lower(), KNOWN)


def facts(text: str) -> dict[str, float]:
    return dict(zip(FACTS, seen(text).facts.tolist(), strict=True))


@settings(max_examples=60)
@given(st.text(st.characters(), max_size=300))
def test_any_text_has_facts_within_bounds(text: str) -> None:
    found = seen(text)
    assert len(found.facts) == len(FACTS)
    assert np.all((found.facts >= 0) & (found.facts <= 1.1))
    assert found.facts.dtype == found.early.dtype == np.float32


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ["", "a" * 1_048_576, "\n" * 1_048_576, "1" * 1_048_576, "\ud800", "one " * 262_144])
def test_facts_of_hostile_texts_are_within_bounds_too(text: str) -> None:
    assert all(0 <= fact <= 1.1 for fact in facts(text).values())


@given(st.lists(st.sampled_from(NUMBERS), max_size=30))
def test_a_concept_is_there_once_and_counts_the_more_the_earlier_it_comes(words: list[str]) -> None:
    found = seen(" ".join(words))
    assert sorted(found.concepts.tolist()) == sorted({NUMBERS.index(word) for word in words})
    firsts = {number: words.index(NUMBERS[number]) for number in found.concepts.tolist()}
    early = dict(zip(found.concepts.tolist(), found.early.tolist(), strict=True))
    ranked = sorted(firsts, key=firsts.__getitem__)
    assert [early[number] for number in ranked] == sorted(early.values(), reverse=True)
    for number, place in firsts.items():
        assert (early[number] > 0) is (place < FIRST)
        assert (early[number] == 1) is (place == 0)


def test_pieces_are_those_of_the_text_in_single_spaces() -> None:
    assert seen("What  IS\n\nthis?").pieces.rows.tolist() == pieces("what is this?").rows.tolist()
    long = "word " * 1000
    assert seen(long).pieces.rows.tolist() == pieces(spaced(long, HEAD, TAIL)).rows.tolist()


@pytest.mark.parametrize(
    ("fact", "with_it", "without"),
    [
        ("ends_with_question", "Why is that? ", "Why? Tell me"),
        ("ends_with_question", "\u4e3a\u4ec0\u4e48\uff1f", "\u4e3a\u4ec0\u4e48"),
        ("ends_with_question", "\u0644\u0645\u0627\u0630\u0627\u061f\n", "\u0644\u0645\u0627\u0630\u0627"),
        ("ends_with_colon", "Translate this:\n", "Translate: this"),
        ("link_alone", "https://fairlead.example/a?b=c", "see https://fairlead.example/a"),
        ("link_alone", "www.fairlead.example", "https://fairlead.example what is this"),
        ("ascii", "plain words", "na\u00efve words"),
        (Form.QUESTION, "Why? Tell me", "Tell me"),
        (Form.CODE, "```x```", "x"),
        (Form.OPTIONS, "A) red B) blue", "red and blue"),
        (Form.FORMULA, "x^2 = 4", "a square"),
        (Form.TABLE, "a|b|c\nd|e|f\ng|h|i", "a, b and c"),
    ],
)
def test_a_fact_is_told(fact: str, with_it: str, without: str) -> None:
    assert facts(with_it)[fact] == 1
    assert facts(without)[fact] == 0


def test_shares_and_sizes_grow_with_what_they_measure() -> None:
    assert facts("12ab")["digits"] == 0.5
    assert facts("abcd")["digits"] == 0
    assert facts("{}ab")["code_share"] == 0.5
    assert facts("a\n" * 100)["lines"] > facts("a\n" * 10)["lines"] > facts("a")["lines"] == 0
    assert facts("a" * 1000)["length"] > facts("a" * 100)["length"] > facts("")["length"] == 0


def test_forms_are_those_of_the_facts() -> None:
    found = seen("Which is right? A) x^2 = 4 B) x = 3")
    assert found.forms == {Form.QUESTION, Form.OPTIONS, Form.FORMULA}
    assert {form for form, fact in zip(Form, found.facts, strict=False) if fact} == found.forms
