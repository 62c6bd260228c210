"""Whether a prompt only makes sense after what came before."""

from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.category import Weighed
from backend.precheck.phrases import Phrases
from backend.precheck.reading import Reading

SHORT = 10
"""Tokens a prompt has at most that takes up what came before."""

_BARE = 4
_OWN_TASK = 2.0
_SOME_TASK = 1.0


class _Words(Struct, frozen=True):
    follow_ups: dict[str, str]


def follows_up(reading: Reading, weighed: Weighed) -> bool:
    """True for "continue", "and in Python?" or "shorter"; false for a prompt with a task of its own."""
    strongest = max(weighed.evidence.values(), default=0.0)
    if len(reading.tokens) > SHORT or strongest >= _OWN_TASK:
        return False
    if len(reading.tokens) <= _BARE and strongest < _SOME_TASK:
        return True
    hits = _phrases().find(reading.tokens[:SHORT])
    return bool(hits) and hits[0].start == 0


@cache
def _phrases() -> Phrases[str]:
    words = lexicon.load("tasks", _Words).follow_ups
    return Phrases({"follow_up": lexicon.entries(words["phrases"])})
