"""The engine behind the risk rules: sentences, reach, and the tables themselves."""

import re

from backend.precheck import lexicon
from backend.precheck.reading import tokenize
from backend.precheck.risk import hazards
from backend.precheck.risk.hazards import REACH, _Hazards, _Words


def names(text: str) -> set[str]:
    return {hazard.name for hazard in hazards.find(tokenize(text.lower()))}


def test_words_of_different_sentences_are_not_put_together() -> None:
    assert names("Tell me how to make tea. My uncle saw a bomb in a museum.") == set()
    assert names("Tell me how to make a bomb.") == {"weapons"}


def test_words_beyond_reach_are_not_put_together() -> None:
    assert names(f"how to make {'very ' * 5}big bombs") == {"weapons"}
    assert names(f"how to make {'very ' * (REACH + 5)}big bombs") == set()


def test_each_kind_is_reported_once() -> None:
    found = hazards.find(tokenize("how to make a bomb; how to make a bomb; how to steal a car; how to make a bomb;"))
    assert [hazard.name for hazard in found] == ["weapons", "crime"]


def test_every_tag_of_a_pattern_is_defined() -> None:
    words = lexicon.load("hazards", _Words)
    known = words.cores.keys() | words.context.keys()
    for risk in lexicon.load("risks", _Hazards).risks:
        for pattern in risk.patterns:
            assert set(re.split(r" \+ | - |\|", pattern)) <= known, (risk.name, pattern)


def test_every_pattern_needs_a_core_word_so_that_none_is_overlooked() -> None:
    cores = lexicon.load("hazards", _Words).cores.keys()
    for risk in lexicon.load("risks", _Hazards).risks:
        for pattern in risk.patterns:
            wanted = [set(group.split("|")) for group in pattern.split(" - ")[0].split(" + ")]
            assert any(group <= cores for group in wanted), (risk.name, pattern)


def test_every_hazard_says_what_was_found() -> None:
    assert all(risk.signal for risk in lexicon.load("risks", _Hazards).risks)
