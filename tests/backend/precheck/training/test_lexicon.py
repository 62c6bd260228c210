"""Concepts of all languages in one table."""

from pathlib import Path

import numpy as np
import pytest

from backend.precheck.learned.concepts import Concepts
from backend.precheck.training.lexicon import Lexicon, read_lexicon
from tests.backend.precheck.training.tiny import Folders

ENGLISH = """\
# ways of asking
please: please, be so kind
sum_up: sum up, summar*
# things: not a concept
poem: poem, verse,,
"""
GERMAN = """\
poem: gedicht, verse
please: bitte
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    (tmp_path / "en.txt").write_text(ENGLISH, "utf-8")
    (tmp_path / "de.txt").write_text(GERMAN, "utf-8")
    (tmp_path / "glosses.txt").write_text("poem - please: a word", "utf-8")
    return read_lexicon(tmp_path)


def test_concepts_are_those_of_the_english_file_in_its_order(lexicon: Lexicon) -> None:
    assert lexicon.names == ("please", "sum_up", "poem")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("please sum up the poem", ["please", "sum_up", "poem"]),
        ("bitte fasse das gedicht zusammen", ["please", "poem"]),
        ("summarizing verse", ["sum_up", "poem"]),
        ("be so kind", ["please"]),
        ("glosses, things, sum", []),
    ],
)
def test_words_of_every_language_are_found(lexicon: Lexicon, text: str, names: list[str]) -> None:
    found = Concepts(lexicon.keys, lexicon.numbers).find(text)
    assert [lexicon.names[number] for number in found] == names


def test_a_concept_that_english_has_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(ENGLISH, "utf-8")
    (tmp_path / "fr.txt").write_text("chanson: chanson", "utf-8")
    with pytest.raises(KeyError, match="chanson"):
        read_lexicon(tmp_path)


def test_the_same_folder_gives_the_same_table(folders: Folders) -> None:
    one, other = read_lexicon(folders.concepts), read_lexicon(folders.concepts)
    assert one.names == other.names
    assert np.array_equal(one.keys, other.keys)
    assert np.array_equal(one.numbers, other.numbers)
    assert set(one.numbers.tolist()) == set(range(len(one.names)))
