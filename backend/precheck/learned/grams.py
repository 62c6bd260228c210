"""A text as hashed pieces: runs of two to five signs, and those near its beginning and its end once more.

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
"""Signs of a long text's beginning and end that are looked at, unless less is wanted."""

LEAD, END = 60, 50
"""Signs whose pieces count once more, as those with which a text begins and ends."""

LENGTHY = 400
"""Signs from which the first `EDGE_LEAD` and the last `EDGE_END` count as much as the whole: there people say what they
want with what they pasted.
"""

EDGE_LEAD, EDGE_END = 150, 100

Codes: TypeAlias = NDArray[np.uint32]

_MULTIPLIER = np.uint32(0x9E3779B1)
_SCATTER = np.uint32(0x85EBCA6B)
_MASK = np.uint32(ROWS - 1)
_BODY, _LEAD, _END = (np.uint32(salt) for salt in (0x1B873593, 0x2545F491, 0x7FEB352D))


def _gap(code: int) -> bool:
    sign = chr(code)
    return not (sign.isalnum() or sign in "'+#" or unicodedata.category(sign).startswith("M"))


_GAPS = np.array([_gap(code) if not 0xD800 <= code < 0xE000 else False for code in range(1 << 16)])


KINDS = ("runs", "lead", "end", "edges")


class Pieces(NamedTuple):
    """Rows of a weight table, a row as often as its piece occurs; `ends` is where each of `KINDS` ends in them.

    Only a lengthy text has pieces of the kind `edges`.
    """

    rows: NDArray[np.intp]
    ends: tuple[int, ...]

    @property
    def lengthy(self) -> bool:
        return self.ends[-1] > self.ends[-2]


def spaced(folded: str, head: int = HEAD, tail: int = TAIL) -> str:
    """What is looked at of a text in lower case, with single spaces."""
    if len(folded) > 2 * (head + tail):
        folded = f"{folded[: 2 * head]} {folded[-2 * tail :]}"
    text = " ".join(folded.split())
    return text if len(text) <= head + tail else f"{text[:head]} {text[-tail:]}"


def pieces(text: str) -> Pieces:
    """The pieces of a `spaced` text."""
    lead, end = f"^{text[:LEAD]}", f"{text[-END:]}$"
    codes = codes_of(f" {text} {lead}{end}").copy()
    body, last = len(text) + 2, len(codes) - len(end)
    codes[:body] += _BODY
    codes[body:last] += _LEAD
    codes[last:] += _END
    runs = _runs(codes, 5)
    found = [runs[k - 1][: max(0, body - k + 1)] for k in range(2, 6)]
    ends = [sum(map(len, found))]
    for first, beyond in ((body, last), (last, len(codes))):
        more = [runs[k - 1][first : max(first, beyond - k + 1)] for k in range(1, 5)]
        found += more
        ends.append(ends[-1] + sum(map(len, more)))
    if len(text) > LENGTHY:
        found += (runs[k - 1][: EDGE_LEAD - k + 1] for k in range(2, 6))
        found += (runs[k - 1][body - EDGE_END : body - k + 1] for k in range(2, 6))
    rows = _scattered(np.concatenate(found))
    return Pieces(rows, (*ends, len(rows)))


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


def _runs(codes: Codes, longest: int) -> list[Codes]:
    """Hashes of every run of one sign, of two, and so on; there are at least as many codes."""
    hashes = signs = codes * _SCATTER
    found = [hashes]
    for length in range(2, longest + 1):
        hashes = hashes[:-1] * _MULTIPLIER
        hashes += signs[length - 1 :]
        found.append(hashes)
    return found
