"""Which task a prompt asks for: phrases, topics and form, weighed against each other."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from backend.precheck.cues import Cue, Kind
from backend.precheck.phrases import Hit
from backend.precheck.reading import Reading
from backend.precheck.structure import Form
from shared.precheck import Category

LEAD = 14
"""Tokens at either end of a prompt where people say what they want."""

_ASK = {
    Category.TRANSLATION: 2.4,
    Category.SUMMARIZATION: 2.2,
    Category.IMAGE_GENERATION: 2.0,
    Category.CODING: 1.8,
    Category.DATA_ANALYSIS: 1.6,
    Category.EXTRACTION: 1.6,
    Category.MATH: 1.6,
    Category.REASONING: 1.3,
    Category.WRITING: 1.3,
    Category.RESEARCH: 1.0,
    Category.CHAT: 1.0,
}
"""What one phrase in the lead counts for."""

_GENERAL = {Category.RESEARCH, Category.CHAT}
_PER_WORD_MORE = 0.3
_FIRST = 1.3
_BURIED = 0.35
_REPEATED = 0.4
_TOPIC, _TOPICS_COUNTED = 0.45, 4
_NAME, _NAMES_COUNTED = 0.9, 2
_MAKE, _MAKE_BESIDE_A_TASK = 1.4, 0.5
_BESIDE_A_TASK = 0.6
_CLEAR = 0.9
_QUESTION = 0.7
_SUM = 2.0
_DOUBT = 0.6
_LINK = re.compile(r"https?://\S*")
_FORM = {
    Form.CODE: (Category.CODING, 2.0),
    Form.FORMULA: (Category.MATH, 1.2),
    Form.OPTIONS: (Category.REASONING, 1.5),
    Form.TABLE: (Category.DATA_ANALYSIS, 1.0),
    Form.QUESTION: (Category.RESEARCH, 0.3),
}


class Weighed(Struct, frozen=True):
    """Evidence for each task, and the tasks that were asked for in so many words."""

    evidence: Mapping[Category, float]
    asked: frozenset[Category]


def weigh(reading: Reading, hits: Sequence[Hit[Cue]], forms: frozenset[Form]) -> Weighed:
    """Evidence for each task; none for a prompt that carries no task."""
    if _LINK.fullmatch(reading.text.strip()):
        return Weighed({}, frozenset())
    tail = len(reading.tokens) - LEAD
    asks: dict[Category, list[float]] = {}
    counts: dict[Cue, int] = {}
    kinds: set[Kind] = set()
    for hit in hits:
        leads = hit.start < LEAD or hit.start >= tail
        for cue in hit.tags:
            if cue.kind is Kind.ASK:
                asks.setdefault(cue.category, []).append(_strength(hit, cue.category, leads=leads))
            elif leads or cue.kind is not Kind.QUESTION:
                counts[cue] = counts.get(cue, 0) + 1
                kinds.add(cue.kind)
    evidence: dict[Category, float] = defaultdict(float)
    for category, strengths in asks.items():
        strengths.sort(reverse=True)
        evidence[category] = strengths[0] + sum(strengths[1:3]) * _REPEATED
    for cue, count in counts.items():
        if cue.kind is Kind.TOPIC:
            evidence[cue.category] += _TOPIC * min(count, _TOPICS_COUNTED)
        elif cue.kind is Kind.NAME:
            evidence[cue.category] += _NAME * min(count, _NAMES_COUNTED)
    if len(reading.tokens) > 1:
        for form in forms:
            category, weight = _FORM[form]
            evidence[category] += weight
    if Kind.AMOUNT in kinds and sum(token[-1].isdigit() for token in reading.tokens) > 1:
        evidence[Category.MATH] += _SUM
    elif (Kind.AMOUNT in kinds or Kind.QUESTION in kinds) and (Form.QUESTION in forms or Category.RESEARCH not in asks):
        evidence[Category.RESEARCH] += _QUESTION
    if max((e for c, e in evidence.items() if c not in _GENERAL), default=0.0) >= _CLEAR:
        for category in _GENERAL & evidence.keys():
            evidence[category] *= _BESIDE_A_TASK
    makes = [cue.category for cue in counts if cue.kind is Kind.MAKE]
    for category in makes:
        clear = max(evidence.values(), default=0.0) >= _CLEAR
        evidence[category] += _MAKE_BESIDE_A_TASK if clear else _MAKE
    return Weighed(evidence, frozenset((*asks, *makes)))


def rank(evidence: Mapping[Category, float]) -> list[tuple[Category, float]]:
    """Scores between 0 and 1, highest first, that sum to less than 1: little evidence gives low scores."""
    total = sum(evidence.values()) + _DOUBT
    return sorted(((c, e / total) for c, e in evidence.items()), key=lambda pair: -pair[1])


def _strength(hit: Hit[Cue], category: Category, *, leads: bool) -> float:
    strength = _ASK[category]
    if category not in _GENERAL:
        strength += _PER_WORD_MORE * (hit.length - 1)
    if hit.start < 2:
        return strength * _FIRST
    return strength if leads else strength * _BURIED
