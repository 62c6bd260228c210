"""What counted in a check, in words a person can read. They hold no text of the prompt."""

from collections.abc import Iterator

from backend.precheck.structure import Form
from shared.precheck import Category, Complexity

_ASKED = {
    Category.CHAT: "Starts a conversation",
    Category.WRITING: "Asks for a text",
    Category.CODING: "Asks for code",
    Category.MATH: "Asks for a calculation or proof",
    Category.REASONING: "Asks to reason something out",
    Category.RESEARCH: "Asks for facts or an explanation",
    Category.SUMMARIZATION: "Asks for a summary",
    Category.EXTRACTION: "Asks to pick something out of a text",
    Category.DATA_ANALYSIS: "Asks to analyse data",
    Category.TRANSLATION: "Asks to translate",
    Category.IMAGE_GENERATION: "Asks for a picture",
}

_SPOKEN_OF = {
    Category.CHAT: "Speaks of everyday matters",
    Category.WRITING: "Speaks of a text and its style",
    Category.CODING: "Speaks of programming",
    Category.MATH: "Speaks of numbers and mathematics",
    Category.REASONING: "Speaks of statements and conclusions",
    Category.RESEARCH: "Asks a question",
    Category.SUMMARIZATION: "Speaks of an article or report",
    Category.EXTRACTION: "Speaks of fields in a text",
    Category.DATA_ANALYSIS: "Speaks of data",
    Category.TRANSLATION: "Speaks of languages",
    Category.IMAGE_GENERATION: "Speaks of pictures",
}

_FORMS = {
    Form.CODE: "Contains code",
    Form.FORMULA: "Contains formulas",
    Form.TABLE: "Contains a table",
    Form.OPTIONS: "Offers answers to choose from",
}

_LEVELS = {
    Complexity.SIMPLE: "Short and plain",
    Complexity.COMPLEX: "Asks for much in one answer",
    Complexity.REASONING: "Asks for careful thought",
}


def explain(
    category: Category,
    asked: frozenset[Category],
    forms: frozenset[Form],
    complexity: Complexity,
    *,
    follows: bool,
    long: bool,
) -> Iterator[str]:
    """The signals of a check, the most telling first."""
    if category is Category.OTHER:
        yield "No task to be seen"
    elif category in asked:
        yield _ASKED[category]
    else:
        yield _SPOKEN_OF[category]
    if follows:
        yield "Continues the conversation"
    yield from (text for form, text in _FORMS.items() if form in forms)
    if long:
        yield "Very long"
    elif complexity in _LEVELS:
        yield _LEVELS[complexity]
