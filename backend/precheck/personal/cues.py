"""Words before a number that say what it is, or that it is nobody's."""

import re
from collections.abc import Sequence

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.personal.windows import BEFORE, Window


class _Cues(Struct, frozen=True):
    phone: list[str]
    number: list[str]
    identity: list[str]
    passport: list[str]
    nobody: list[str]


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    spaced = "|".join(sorted((word for word in words if word[0].isascii()), key=len, reverse=True))
    joined = "|".join(word for word in words if not word[0].isascii())
    return re.compile(rf"(?<![a-z])(?:{spaced})|{joined}")


_CUES = lexicon.load("number_cues", _Cues)
PHONE = _pattern(_CUES.phone)
NUMBER = _pattern(_CUES.number)
"""Of numbers, whatever they count."""
IDENTITY = _pattern(_CUES.identity)
"""Of what states number people by."""
PASSPORT = _pattern(_CUES.passport)
"""Of passports and identity cards."""
NOBODY = _pattern(_CUES.nobody)
"""Of orders, parcels, books, versions, moments and the like."""


def before(window: Window, start: int, cue: re.Pattern[str]) -> int:
    """How near the nearest cue ends before `start`: 0 when right before, -1 when there is none in its line."""
    line = window.low.rfind("\n", max(0, start - BEFORE), start) + 1
    last = -1
    for found in cue.finditer(window.low, max(line, start - BEFORE, 0), start):
        last = found.end()
    return start - last if last >= 0 else -1


def spoken_of(window: Window, start: int, cue: re.Pattern[str]) -> bool:
    """Whether the number at `start` is what a cue speaks of: none that says otherwise stands nearer."""
    near = before(window, start, cue)
    if near < 0:
        return False
    other = before(window, start, NOBODY)
    return other < 0 or near < other
