"""Where in a text enough digits stand together to be worth reading: found on the whole text at once.

Everything with many digits (cards, accounts, ids, phones) is looked for only
there, so that ordinary text costs nothing.
"""

import re
from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backend.precheck.personal.scan import ZEROS

NEAR = 4
"""Characters between two digits that still belong together, as in `(0) 30 - 12`."""

BEFORE, AFTER = 40, 36
"""Characters around a window that may belong to its number or say what it is."""

LONGEST = 80
"""Characters of one window; longer stretches are read in overlapping parts."""

LEAST_DIGITS, FEW_DIGITS = 4, 7
"""Of anything that is known by its digits (an Indian tax number), and of what has no letters."""

_PARTED = re.compile(r"[^\w ()./+#-]|  |\n")
"""What no number goes on across."""

_DULL = re.compile(
    r"(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:[0-2]?\d|3[01])(?:[T ]\d\d)?|"
    r"(?:[0-2]?\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:19|20)?\d\d|"
    r"\d{1,3}(?:\.\d{1,3}){3}|97[89][ -]?\d[\d -]{8,14}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d|\d+\.\d+|"
    r"\d{1,2}[.:]\d\d ?- ?\d{1,2}[.:]\d\d|\d{5}-\d{3}|\d\d\.\d{3}-\d{3}|\d{1,3}(?:\.\d{3})+"
)
"""Dates, times, addresses of the Internet, ISBNs, spans of years and amounts."""

_MOST = 34
"""Digits of the longest number of a person, an IBAN."""

_ALIKE = {
    0xA0: " ", 0x2009: " ", 0x202F: " ", 0x3000: " ", 0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-",
    0x2212: "-", 0xFF0D: "-", 0xFF0B: "+", 0xFF08: "(", 0xFF09: ")", 0xFF1A: ":",
}  # fmt: skip
_ALIKE |= {zero + digit: str(digit) for zero in ZEROS[1:] for digit in range(10)}


class Window(Struct, frozen=True, kw_only=True):
    """A stretch that may be a number, with what stands around it.

    `text` begins at `start` of the whole; digits and separators of all scripts are ASCII in it, `low` is the same in
    lower case. The stretch is from `first` to `last` (exclusive) and has so many `digits`; `single`: it has no spaces.
    """

    text: str
    low: str
    start: int
    first: int
    last: int
    digits: int
    single: bool


def dull(number: str) -> bool:
    """Whether it is a date, a moment, an address of the Internet, an ISBN or an amount."""
    return _DULL.fullmatch(number) is not None


def windows(text: str, places: NDArray[np.intp]) -> Iterator[Window]:
    """The stretches with enough digits near each other that are no dates, amounts and the like."""
    breaks = np.flatnonzero(np.diff(places) > NEAR + 1)
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [len(places) - 1]))
    many = np.flatnonzero(lasts - firsts + 1 >= LEAST_DIGITS)
    for first, last in zip(places[firsts[many]].tolist(), places[lasts[many]].tolist(), strict=True):
        for begin, end in _parts(text, first, last + 1):
            window = _window(text, begin, end)
            if window is not None:
                yield window


def _parts(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    begin = first
    for parted in _PARTED.finditer(text, first, last):
        yield from _short(begin, parted.start())
        begin = parted.end()
    yield from _short(begin, last)


def _short(begin: int, end: int) -> Iterator[tuple[int, int]]:
    if end - begin >= LEAST_DIGITS:
        for at in range(begin, max(end - LONGEST // 2, begin + 1), LONGEST // 2):
            yield at, min(at + LONGEST, end)


def _window(text: str, begin: int, end: int) -> Window | None:
    core = text[begin:end]
    if not core.isascii():
        core = core.translate(_ALIKE)
    digits = sum(map(core.count, "0123456789"))
    if digits < FEW_DIGITS:
        lead = text[max(begin - 6, 0) : begin]
        if digits < LEAST_DIGITS or not (any(map(str.isupper, lead)) or any(map(str.isupper, core))):
            return None
    elif dull(core) or (digits > _MOST and core.isdigit()):
        return None
    start = max(begin - BEFORE, 0)
    around = text[start : end + AFTER]
    if not around.isascii():
        around = around.translate(_ALIKE)
    low = around.lower()
    if len(low) != len(around):
        low = "".join(c.lower()[0] for c in around)
    first = begin - start
    return Window(
        text=around, low=low, start=start, first=first, last=end - start, digits=digits, single=" " not in core
    )
