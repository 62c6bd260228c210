"""Concepts and their words in all languages, from a folder with one file for each language."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.precheck.learned.concepts import numbered, table
from backend.precheck.learned.grams import Codes

_FIRST = "en"


class Lexicon(NamedTuple):
    """`names` in the order of their numbers; `keys` and `numbers` as `Concepts` takes them."""

    names: tuple[str, ...]
    keys: Codes
    numbers: NDArray[np.uint16]


def read_lexicon(folder: Path) -> Lexicon:
    """The concepts of `en.txt`, with the words of every other language for the same concepts."""
    names = tuple(name for name, _ in _entries(folder / f"{_FIRST}.txt"))
    place = {name: number for number, name in enumerate(names)}
    forms = (
        (form, place[name])
        for path in sorted(folder.glob("??.txt"))
        for name, words in _entries(path)
        for form in map(str.strip, words.split(","))
        if form
    )
    return Lexicon(names, *table(numbered(forms)))


def _entries(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text("utf-8").splitlines():
        name, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            yield name.strip(), words
