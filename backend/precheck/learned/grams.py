"""A text as hashed pieces: runs of two to five signs, and those of its beginning and its end once more.

Everything is computed on whole arrays, so that a thousand signs cost some ten microseconds.
"""

import unicodedata
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

BITS = 17
ROWS = 1 << BITS
"""Pieces are told apart by this many hash values."""

HEAD, TAIL = 700, 300
"""Signs of a long text's beginning and end that are looked at."""

LEAD, END = 60, 50
"""Signs whose pieces count once more, as those with which a text begins and ends."""

Codes: TypeAlias = NDArray[np.uint32]

_MULTIPLIER = np.uint32(0x9E3779B1)
_SCATTER = np.uint32(0x85EBCA6B)
_MASK = np.uint32(ROWS - 1)
_BODY, _LEAD, _END = (np.uint32(salt) for salt in (0x1B873593, 0x2545F491, 0x7FEB352D))


def _gap(code: int) -> bool:
    sign = chr(code)
    return not (sign.isalnum() or sign in "'+#" or unicodedata.category(sign).startswith("M"))


_GAPS = np.array([_gap(code) if not 0xD800 <= code < 0xE000 else False for code in range(1 << 16)])


class Pieces(NamedTuple):
    """Rows of a weight table, a row as often as its piece occurs; `ends` is where each kind of piece ends in them."""

    rows: NDArray[np.intp]
    ends: tuple[int, ...]


KINDS = ("runs", "lead", "end")


def spaced(folded: str) -> str:
    """What is looked at of a text in lower case, with single spaces."""
    if len(folded) > 2 * (HEAD + TAIL):
        folded = f"{folded[: 2 * HEAD]} {folded[-2 * TAIL :]}"
    text = " ".join(folded.split())
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


def pieces(text: str) -> Pieces:
    """The pieces of a `spaced` text."""
    codes = codes_of(f" {text} ")
    found = [*_runs(codes + _BODY, 2, 5)]
    ends = [sum(map(len, found))]
    for more in (
        _runs(codes_of(f"^{text[:LEAD]}") + _LEAD, 1, 4),
        _runs(codes_of(f"{text[-END:]}$") + _END, 1, 4),
    ):
        found += more
        ends.append(ends[-1] + sum(map(len, more)))
    return Pieces(_scattered(np.concatenate(found)), tuple(ends))


def codes_of(text: str) -> Codes:
    """The code points of a text; lone surrogates are signs like any other."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def is_gap(codes: Codes) -> NDArray[np.bool_]:
    """Which signs part words."""
    return _GAPS[np.minimum(codes, np.uint32(0xFFFF))]


def _scattered(hashes: Codes) -> NDArray[np.intp]:
    mixed = hashes ^ (hashes >> np.uint32(16))
    mixed *= _SCATTER
    mixed ^= mixed >> np.uint32(13)
    mixed &= _MASK
    return mixed.astype(np.intp)


def _runs(codes: Codes, shortest: int, longest: int) -> list[Codes]:
    """Hashes of every run of `shortest` to `longest` signs."""
    hashes = signs = codes * _SCATTER
    found = [hashes] if shortest == 1 else []
    for length in range(2, min(longest, len(codes)) + 1):
        hashes = hashes[:-1] * _MULTIPLIER
        hashes += signs[length - 1 :]
        found.append(hashes)
    return found
