"""What characters a text has and where, found on all of it at once, so that nothing dear runs on ordinary text."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

DIGIT, KEY, ASSIGN = 1, 2, 4
_CYRILLIC, _HAN, _HANGUL, _ARABIC, _DEVANAGARI = 8, 16, 32, 64, 128
_BEYOND = 0x10000

ZEROS = (0x30, 0x660, 0x6F0, 0x966, 0xFF10)
"""The first digits of the scripts that are read: ASCII, Arabic-Indic, Persian, Devanagari and full-width."""

LONG = 16
"""Characters of a run that may be a key."""


def _classes() -> NDArray[np.uint8]:
    table = np.zeros(_BEYOND + 1, np.uint8)
    for zero in ZEROS:
        table[zero : zero + 10] |= DIGIT
    for first, last in ("09", "AZ", "az"):
        table[ord(first) : ord(last) + 1] |= KEY
    for sign in "_-./+=":
        table[ord(sign)] |= KEY
    for sign in ":=\uff1a":
        table[ord(sign)] |= ASSIGN
    table[0x400:0x530] |= _CYRILLIC
    table[0x4E00:0xA000] |= _HAN
    table[0xAC00:0xD7A4] |= _HANGUL
    table[0x600:0x660] |= _ARABIC
    table[0x900:0x966] |= _DEVANAGARI
    return table


_CLASSES = _classes()
_ASCII_CLASSES = _CLASSES[:256].tobytes()


class Scan(Struct, frozen=True, kw_only=True):
    """Places of all digits and of all colons and equals signs, long runs of letters and digits, and the scripts."""

    digits: NDArray[np.intp]
    assigns: NDArray[np.intp]
    runs: list[tuple[int, int]]
    cyrillic: bool = False
    chinese: bool = False
    korean: bool = False
    arabic: bool = False
    hindi: bool = False

    @property
    def beyond_latin(self) -> bool:
        """Whether there is any other script."""
        return self.cyrillic or self.chinese or self.korean or self.arabic or self.hindi


def scan(text: str) -> Scan:
    """Reads the text once."""
    if text.isascii():
        classes = np.frombuffer(text.encode("ascii").translate(_ASCII_CLASSES), np.uint8)
        met = 0
    else:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        classes = _CLASSES[np.minimum(points, _BEYOND)]
        met = int(np.bitwise_or.reduce(classes))
    return Scan(
        digits=_places(classes, DIGIT),
        assigns=_places(classes, ASSIGN),
        runs=_runs(classes),
        cyrillic=bool(met & _CYRILLIC),
        chinese=bool(met & _HAN),
        korean=bool(met & _HANGUL),
        arabic=bool(met & _ARABIC),
        hindi=bool(met & _DEVANAGARI),
    )


def _places(classes: NDArray[np.uint8], sign: int) -> NDArray[np.intp]:
    return np.flatnonzero((classes & np.uint8(sign)) != 0)


def _runs(classes: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Where at least `LONG` characters that keys are made of stand together."""
    stops = np.concatenate(([-1], np.flatnonzero((classes & np.uint8(KEY)) == 0), [len(classes)]))
    long = np.flatnonzero(np.diff(stops) > LONG)
    return list(zip((stops[long] + 1).tolist(), stops[long + 1].tolist(), strict=True))
