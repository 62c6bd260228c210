"""Which assistant family fits a task."""

from shared.precheck import Category, Complexity

SURE = 0.4
"""Confidence below which the general assistant is the better choice."""

GENERAL = "general"

_FAMILIES = {
    Category.CHAT: GENERAL,
    Category.OTHER: GENERAL,
    Category.WRITING: "writing",
    Category.SUMMARIZATION: "research",
    Category.CODING: "code",
    Category.MATH: "reasoning",
    Category.REASONING: "reasoning",
    Category.RESEARCH: "research",
    Category.EXTRACTION: "data",
    Category.DATA_ANALYSIS: "data",
    Category.TRANSLATION: "translation",
    Category.IMAGE_GENERATION: "images",
}

_GENERAL_WHEN_SIMPLE = {Category.RESEARCH, Category.SUMMARIZATION, Category.REASONING, Category.MATH}


def recommend(category: Category, complexity: Complexity, confidence: float) -> str:
    """The slug of a family. A simple question, sum or summary needs no specialist."""
    if confidence < SURE or (complexity is Complexity.SIMPLE and category in _GENERAL_WHEN_SIMPLE):
        return GENERAL
    return _FAMILIES[category]
