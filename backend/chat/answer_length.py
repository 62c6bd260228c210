"""How long an answer is likely to be, in tokens: what was seen for the task, or else a table. Pure."""

from collections.abc import Mapping

from shared.precheck import Category, Complexity

Span = tuple[int, int]
"""Tokens that nine of ten answers exceed, and tokens that nine of ten stay below."""
Lengths = Mapping[tuple[Category, Complexity], Span]

_LEVELS = tuple(Complexity)
_TABLE: dict[Category, tuple[Span, Span, Span, Span]] = {
    Category.CHAT: ((15, 200), (40, 400), (100, 800), (200, 1500)),
    Category.WRITING: ((60, 450), (150, 900), (400, 2000), (500, 2500)),
    Category.CODING: ((60, 500), (200, 1200), (500, 3000), (700, 4000)),
    Category.MATH: ((20, 300), (100, 800), (400, 2000), (600, 4000)),
    Category.REASONING: ((30, 350), (150, 900), (400, 2000), (600, 4000)),
    Category.RESEARCH: ((40, 400), (200, 1000), (500, 2000), (600, 3000)),
    Category.SUMMARIZATION: ((50, 250), (100, 500), (200, 900), (300, 1500)),
    Category.EXTRACTION: ((10, 150), (40, 500), (150, 1500), (200, 2000)),
    Category.DATA_ANALYSIS: ((40, 400), (150, 1000), (400, 2200), (600, 3500)),
    Category.TRANSLATION: ((10, 150), (50, 600), (200, 1500), (300, 2000)),
    Category.IMAGE_GENERATION: ((20, 200), (60, 400), (100, 700), (200, 1000)),
    Category.OTHER: ((20, 300), (100, 800), (400, 1800), (600, 3000)),
}
"""For an installation that has seen few answers yet, by complexity. They are reckoned from what is asked for: a
translation is as long as its text, a summary shorter, a program or proof as long as its task is hard; what a model
thinks aloud counts as well."""


def likely_answer(category: Category, complexity: Complexity, seen: Lengths) -> Span:
    """The span for a task; what was `seen` here goes before the table."""
    return seen.get((category, complexity)) or _TABLE[category][_LEVELS.index(complexity)]
