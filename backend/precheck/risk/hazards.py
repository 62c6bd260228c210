"""Kinds of risk in a text: combinations of words within one sentence."""

from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.phrases import Hit, Phrases
from backend.precheck.reading import STOPS
from backend.precheck.risk.disguise import unmask
from backend.precheck.risk.frequent import frequent_words
from shared.precheck import RiskCategory, RiskLevel

REACH = 16
"""Tokens to either side of a word within which another belongs to the same thought."""

MOST = 120
"""Places of a text that are looked at more closely."""

_STOP = "stop"
_STEP = 8
_AROUND = REACH + 8


class Hazard(Struct, frozen=True):
    """One kind of risk; `patterns` such as "a|b + c - d": a or b, and c, but not d, in one sentence."""

    name: str
    category: RiskCategory
    level: RiskLevel
    signal: str
    patterns: tuple[str, ...]


class _Words(Struct, frozen=True):
    cores: dict[str, str]
    context: dict[str, str]


class _Hazards(Struct, frozen=True):
    risks: tuple[Hazard, ...]


class _Pattern(Struct, frozen=True):
    hazard: Hazard
    present: tuple[frozenset[str], ...]
    absent: frozenset[str]


class _Rules(Struct, frozen=True):
    phrases: Phrases[str]
    core_phrases: Phrases[str]
    cores: frozenset[str]
    patterns: tuple[_Pattern, ...]


def find(tokens: Sequence[str]) -> tuple[Hazard, ...]:
    """The kinds of risk in a text, in the order they appear; linear in the number of tokens."""
    rules = _rules()
    tokens = unmask(tokens, rules.phrases.words)
    if rules.core_phrases.anchors.isdisjoint(tokens):
        return ()
    found: dict[str, Hazard] = {}
    seen: set[frozenset[str]] = set()
    places = _some([hit.start for hit in rules.core_phrases.find(tokens)])
    for first, last in _spans(places, len(tokens)):
        for tags in _thoughts(rules.phrases.find(tokens[first:last]), rules.cores):
            if tags in seen:
                continue
            seen.add(tags)
            for pattern in rules.patterns:
                if pattern.hazard.name not in found and _fits(pattern, tags):
                    found[pattern.hazard.name] = pattern.hazard
    return tuple(found.values())


def _some(places: Sequence[int]) -> Sequence[int]:
    """Where a text speaks of dangers hundreds of times, as many places, all over it."""
    return places[:: -(-len(places) // MOST)] if len(places) > MOST else places


def vocabulary() -> frozenset[str]:
    """All words that the rules know, alone or in phrases."""
    return _rules().phrases.words


def _spans(places: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """The surroundings of the places, joined where they meet."""
    first = last = 0
    for place in places:
        if place - _AROUND > last:
            if last:
                yield first, last
            first = place - _AROUND
        last = min(length, place + _AROUND)
    if last:
        yield first, last


def _fits(pattern: _Pattern, tags: frozenset[str]) -> bool:
    return pattern.absent.isdisjoint(tags) and not any(either.isdisjoint(tags) for either in pattern.present)


def _thoughts(hits: Sequence[Hit[str]], cores: frozenset[str]) -> Iterator[frozenset[str]]:
    """Tags around each core word, within its sentence and `REACH`; words close together share one thought."""
    covered = -1
    for index, hit in enumerate(hits):
        if hit.start <= covered or cores.isdisjoint(hit.tags):
            continue
        after = list(_beside(hits, index, 1))
        covered = min(hit.start + _STEP, after[-1].start if after else hit.start)
        yield frozenset(tag for near in (hit, *_beside(hits, index, -1), *after) for tag in near.tags)


def _beside(hits: Sequence[Hit[str]], index: int, step: int) -> Iterator[Hit[str]]:
    """The hits before or after one, up to the end of the sentence."""
    other = index + step
    while 0 <= other < len(hits) and abs(hits[other].start - hits[index].start) <= REACH:
        if _STOP in hits[other].tags:
            return
        yield hits[other]
        other += step


@cache
def _rules() -> _Rules:
    words = lexicon.load("hazards", _Words)
    cores = {tag: lexicon.entries(text) for tag, text in words.cores.items()}
    context = {tag: lexicon.entries(text) for tag, text in words.context.items()}
    patterns = tuple(_parse(h, text) for h in lexicon.load("risks", _Hazards).risks for text in h.patterns)
    return _Rules(
        phrases=Phrases(cores | context | {_STOP: STOPS}),
        core_phrases=Phrases(cores, frequent_words()),
        cores=frozenset(cores),
        patterns=patterns,
    )


def _parse(hazard: Hazard, text: str) -> _Pattern:
    present, *absent = text.split(" - ")
    return _Pattern(
        hazard,
        tuple(frozenset(either.split("|")) for either in present.split(" + ")),
        frozenset(absent),
    )
