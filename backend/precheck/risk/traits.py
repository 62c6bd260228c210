"""What the model of risk sees of a text: beginnings of words, alone and in pairs, and concepts with their pairs.

Everything is computed on whole arrays. Whoever asks for harm says what to do to whom: pairs tell it from the same words
side by side in a harmless sentence, and concepts carry it from one language into the next.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.grams import Codes, codes_of, is_gap

STEM = 6
"""Signs of a word that are looked at, so that inflected forms are one."""

WORD_BITS = 16
PAIR_BITS = 14
"""Pieces are told apart by this many bits of their hash."""

_SPACE = np.uint32(32)
_SIGNS_FROM = np.uint32(0x3040)
"""From here on each sign is a word of its own: Chinese, Japanese, Korean."""

_POWERS = np.array([pow(0x9E3779B1, exponent, 1 << 32) for exponent in range(STEM)], np.uint32)
_REACH = np.arange(STEM)
_SCATTER = np.uint32(0x85EBCA6B)
_NEXT, _SKIPPED = np.uint32(0x2545F491), np.uint32(0x7FEB352D)

Rows = NDArray[np.intp]


class Traits(NamedTuple):
    """Rows of three weight tables, a row as often as its trait occurs."""

    concepts: Rows
    pairs: Rows
    words: Rows


class Spoken(NamedTuple):
    """Concepts in their order, pairs of those that stand next, second and third to each other, and at which sign each
    of the concepts begins. The first of a pair is the concept at the same place.
    """

    concepts: Rows
    pairs: list[Rows]
    places: NDArray[np.intp]


def concept_traits(text: str, known: Concepts) -> Spoken:
    """The concepts of a `spaced` text, alone and in pairs."""
    numbers, places = known.find_at(text)
    found = numbers.astype(np.uint32)
    pairs = [
        _rows([_scattered(found[:-apart] * _NEXT + found[apart:] * _SKIPPED + np.uint32(apart > 1))], PAIR_BITS)
        for apart in (1, 2, 3)
        if len(found) > apart
    ]
    return Spoken(found.astype(np.intp), pairs, places)


def word_traits(text: str) -> Rows:
    """The words of a `spaced` text, and pairs of those that stand next or second to each other."""
    words = _words(text)
    pairs = [
        _scattered(words[:-apart] * np.uint32(31) + words[apart:] + salt)
        for apart, salt in ((1, _NEXT), (2, _SKIPPED))
        if len(words) > apart
    ]
    return _rows([words, *pairs], WORD_BITS)


def _rows(hashes: list[Codes], bits: int) -> Rows:
    if not hashes:
        return np.zeros(0, np.intp)
    return (np.concatenate(hashes) >> np.uint32(32 - bits)).astype(np.intp)


def _words(text: str) -> Codes:
    """A hash for each word, or sign where signs are words."""
    codes = codes_of(f" {text} ")
    codes = np.where(is_gap(codes), _SPACE, codes)
    gaps = codes == _SPACE
    signs = codes >= _SIGNS_FROM
    begins = ~gaps
    begins[1:] &= gaps[:-1] | signs[1:] | signs[:-1]
    starts = np.flatnonzero(begins)
    padded = np.concatenate([codes, np.full(STEM, _SPACE)])
    seen = padded[starts[:, None] + _REACH]
    ended = seen == _SPACE
    ended[:, 1:] |= seen[:, 1:] >= _SIGNS_FROM
    ended[:, 1:] |= seen[:, :1] >= _SIGNS_FROM
    inside = ~np.logical_or.accumulate(ended, axis=1)
    return _scattered((seen * _POWERS * inside).sum(1, dtype=np.uint32))


def _scattered(hashes: Codes) -> Codes:
    mixed = hashes ^ (hashes >> np.uint32(15))
    mixed *= _SCATTER
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    return mixed
