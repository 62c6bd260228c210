"""Which task a prompt asks for: phrases, topics and form, weighed against each other."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from backend.precheck.cues import AMOUNT, QUESTION, Ask, Cues
from backend.precheck.reading import Reading
from backend.precheck.structure import Form
from shared.precheck import Category

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

_SAID = {
    Category.CHAT: "talk_to_me",
    Category.WRITING: "write",
    Category.CODING: "write_code",
    Category.MATH: "calculate",
    Category.REASONING: "think_through",
    Category.RESEARCH: "explain",
    Category.SUMMARIZATION: "summarize",
    Category.EXTRACTION: "extract",
    Category.DATA_ANALYSIS: "analyse_data",
    Category.TRANSLATION: "translate",
    Category.IMAGE_GENERATION: "generate_picture",
}
"""The concept by which people are told that a task was asked for in so many words."""


class Weighed(Struct, frozen=True):
    """Evidence for each task, and the tasks that were asked for in so many words."""

    evidence: Mapping[Category, float]
    asked: frozenset[Category]

    def strongest(self, category: Category) -> tuple[tuple[str, float], ...]:
        """The concepts that speak for a task, with how much they count."""
        return ((_SAID[category], self.evidence[category]),) if category in self.asked else ()


def weigh(reading: Reading, cues: Cues, forms: frozenset[Form]) -> Weighed:
    """Evidence for each task; none for a prompt that carries no task."""
    if _LINK.fullmatch(reading.text.strip()):
        return Weighed({}, frozenset())
    evidence = _asked(cues.asks)
    asked = frozenset(evidence)
    makes: list[Category] = []
    for cue, count in cues.counts.items():
        if cue.kind == "topic":
            evidence[cue.category] += _TOPIC * min(count, _TOPICS_COUNTED)
        elif cue.kind == "name":
            evidence[cue.category] += _NAME * min(count, _NAMES_COUNTED)
        elif cue.kind == "make":
            makes.append(cue.category)
    if len(reading.tokens) > 1:
        for form in forms:
            category, weight = _FORM[form]
            evidence[category] += weight
    if AMOUNT in cues.counts and sum(token[-1].isdigit() for token in reading.tokens) > 1:
        evidence[Category.MATH] += _SUM
    elif (AMOUNT in cues.counts or QUESTION in cues.counts) and (
        Form.QUESTION in forms or Category.RESEARCH not in asked
    ):
        evidence[Category.RESEARCH] += _QUESTION
    if any(e >= _CLEAR and c not in _GENERAL for c, e in evidence.items()):
        for category in _GENERAL & evidence.keys():
            evidence[category] *= _BESIDE_A_TASK
    for category in makes:
        clear = max(evidence.values(), default=0.0) >= _CLEAR
        evidence[category] += _MAKE_BESIDE_A_TASK if clear else _MAKE
    return Weighed(evidence, asked.union(makes))


def _asked(asks: Sequence[Ask]) -> defaultdict[Category, float]:
    """The strongest phrase of each task counts in full, two more in part."""
    strengths: dict[Category, list[float]] = {}
    for ask in asks:
        strengths.setdefault(ask.category, []).append(_strength(ask))
    evidence: defaultdict[Category, float] = defaultdict(float)
    for category, values in strengths.items():
        values.sort(reverse=True)
        evidence[category] = values[0] + sum(values[1:3]) * _REPEATED
    return evidence


def rank(evidence: Mapping[Category, float]) -> list[tuple[Category, float]]:
    """Scores between 0 and 1, highest first, that sum to less than 1: little evidence gives low scores."""
    total = sum(evidence.values()) + _DOUBT
    return sorted(((c, e / total) for c, e in evidence.items()), key=lambda pair: -pair[1])


def _strength(ask: Ask) -> float:
    strength = _ASK[ask.category]
    if ask.category not in _GENERAL:
        strength += _PER_WORD_MORE * (ask.length - 1)
    if ask.start < 2:
        return strength * _FIRST
    return strength if ask.leads else strength * _BURIED
