"""How strong a model a prompt deserves, from what it asks and how much it demands."""

from math import log2

from backend.precheck.cues import DEEP, DEMAND, PLAIN, Cues
from backend.precheck.reading import Reading
from backend.precheck.structure import Form
from shared.precheck import Category, Complexity

STANDARD_FROM = 0.28
COMPLEX_FROM = 0.5
"""Scores between 0 and 1 where the next level begins."""

_BASE = {
    Category.CHAT: 0.1,
    Category.OTHER: 0.15,
    Category.TRANSLATION: 0.15,
    Category.SUMMARIZATION: 0.2,
    Category.EXTRACTION: 0.2,
    Category.IMAGE_GENERATION: 0.2,
    Category.RESEARCH: 0.15,
    Category.WRITING: 0.22,
    Category.DATA_ANALYSIS: 0.35,
    Category.CODING: 0.32,
    Category.MATH: 0.35,
    Category.REASONING: 0.35,
}
_CARRIES_MATERIAL = {Category.TRANSLATION, Category.SUMMARIZATION, Category.EXTRACTION}
_THINKS = {Category.MATH, Category.REASONING}
_PER_DOUBLING = 0.05
_PER_DOUBLING_OF_MATERIAL = 0.015
_SHORT = 12
"""Tokens of a prompt that length does not make harder."""
_DEEP, _DEEP_COUNTED = 0.13, 3
_PLAIN, _PLAIN_COUNTED = 0.12, 2
_DEMAND, _DEMANDS_COUNTED = 0.02, 8
_FORMULA = 0.06


def effort(reading: Reading, cues: Cues, category: Category, forms: frozenset[Form]) -> float:
    """How much thought and care a prompt asks for, between 0 and 1."""
    count = cues.counts.get
    length = log2(max(1, len(reading.tokens) / _SHORT))
    score = (
        _BASE[category]
        + length * (_PER_DOUBLING_OF_MATERIAL if category in _CARRIES_MATERIAL else _PER_DOUBLING)
        + _DEEP * min(count(DEEP, 0), _DEEP_COUNTED)
        - _PLAIN * min(count(PLAIN, 0), _PLAIN_COUNTED)
        + _DEMAND * min(count(DEMAND, 0), _DEMANDS_COUNTED)
        + _FORMULA * (Form.FORMULA in forms)
    )
    return min(1.0, max(0.0, score))


def level(score: float, category: Category) -> Complexity:
    """`reasoning` is a complex prompt whose work is thinking: mathematics, logic, proof."""
    if score < STANDARD_FROM:
        return Complexity.SIMPLE
    if score < COMPLEX_FROM:
        return Complexity.STANDARD
    return Complexity.REASONING if category in _THINKS else Complexity.COMPLEX
