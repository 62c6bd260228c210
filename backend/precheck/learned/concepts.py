"""Meanings that tell something of the task, found by the words that many languages have for them."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from backend.precheck.learned.grams import Codes, codes_of, is_gap

LONGEST = 24
"""Signs of a form that are compared; of a longer one only its beginning is."""

_SPACE = np.uint32(32)
_SIGNS_FROM = np.uint32(0x3040)
"""From here on scripts write words without gaps, or with endings attached: a form may begin at any sign."""

_MULTIPLIER = np.uint32(0xC2B2AE35)
_POWERS = np.cumprod(np.array([1] + [_MULTIPLIER] * (LONGEST - 1), np.uint32), dtype=np.uint32)
_REACH = np.arange(LONGEST)
_SIEVE_BITS = 22
_SIEVE_SHIFT = np.uint32(32 - _SIEVE_BITS)
_ONE, _THREE, _SEVEN = np.uint8(1), np.uint32(3), np.uint32(7)


class Concepts:
    """Finds concepts by number. `keys` are the sorted hashes of all forms, `numbers` the concept of each."""

    def __init__(self, keys: Codes, numbers: NDArray[np.uint16]) -> None:
        self._keys = keys
        self._numbers = numbers
        self._sieve = _sieve(keys)

    def find(self, text: str) -> NDArray[np.uint16]:
        """The concepts in the order of a `spaced` text: at each beginning of a word the longest form that fits."""
        return self.find_at(text)[0]

    def find_at(self, text: str) -> tuple[NDArray[np.uint16], NDArray[np.intp]]:
        """The concepts in their order, and the sign of the text at which each begins."""
        codes = _normal(text)
        starts = _starts(codes)
        padded = np.zeros(len(codes) + LONGEST, np.uint32)
        padded[: len(codes)] = codes
        hashes = np.cumsum(padded[starts[:, None] + _REACH] * _POWERS, axis=1, dtype=np.uint32)
        hashes ^= hashes >> np.uint32(15)
        hashes *= _MULTIPLIER
        bits = hashes >> _SIEVE_SHIFT
        at, length = (self._sieve.take(bits >> _THREE) >> (bits & _SEVEN).astype(np.uint8) & _ONE).nonzero()
        wanted = hashes[at, length]
        places = np.searchsorted(self._keys, wanted)
        places[places == len(self._keys)] = 0
        known = self._keys[places] == wanted
        found = np.full(len(starts), -1, np.int32)
        found[at[known]] = self._numbers[places[known]]  # shorter forms come first, so that the longest stays
        there = np.flatnonzero(found >= 0)
        return found[there].astype(np.uint16), starts[there] - 1


def _sieve(keys: Codes) -> NDArray[np.uint8]:
    """A bit for each beginning that a hash may have; small, as it is asked for every beginning of every word."""
    marks = np.zeros(1 << _SIEVE_BITS, np.bool_)
    marks[keys >> _SIEVE_SHIFT] = True
    return np.packbits(marks, bitorder="little")


def table(forms: Mapping[str, int]) -> tuple[Codes, NDArray[np.uint16]]:
    """Keys and numbers from forms. A form with a space at its end is a whole word.

    Of two forms with the same hash, which among 100,000 happens once or twice, the first is known.
    """
    keys, first = np.unique(np.array([_key(form) for form in forms], np.uint32), return_index=True)
    return keys, np.array(list(forms.values()), np.uint16)[first]


def normal_form(words: str) -> str:
    """A form as it is looked for: "zusammenfass*" is the beginning of a word, "sum up" two whole ones."""
    whole = not words.rstrip().endswith("*")
    text = "".join(map(chr, _normal(" ".join(words.rstrip(" *").lower().split()))))[1:-1]
    if text and whole and not _has_signs(text):
        text += " "
    return text[:LONGEST]


def _key(form: str) -> int:
    codes = codes_of(form)
    value = np.cumsum(codes * _POWERS[: len(codes)], dtype=np.uint32)[-1:]
    value ^= value >> np.uint32(15)
    value *= _MULTIPLIER
    return int(value[0])


def _has_signs(text: str) -> bool:
    return any(sign >= chr(int(_SIGNS_FROM)) for sign in text)


def _normal(text: str) -> Codes:
    """Gaps of any kind and length as one space, one at each end too."""
    codes = codes_of(f" {text} ")
    gaps = is_gap(codes)
    codes = np.where(gaps, _SPACE, codes)
    doubled = gaps.copy()
    doubled[1:] &= gaps[:-1]
    doubled[0] = False
    return codes[~doubled]


def _starts(codes: Codes) -> NDArray[np.intp]:
    gaps = codes == _SPACE
    beginning = ~gaps
    beginning[1:] &= gaps[:-1] | (codes[1:] >= _SIGNS_FROM)
    return np.flatnonzero(beginning)


def numbered(forms: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Forms by their normal form; the first concept that has a form keeps it."""
    found: dict[str, int] = {}
    for words, number in forms:
        form = normal_form(words)
        if form.strip():
            found.setdefault(form, number)
    return found
