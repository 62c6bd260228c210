"""How long an answer should be."""

import re
from typing import NamedTuple

MOST_WORDS = 20_000
_LOOKED_AT = 4_000
_WORDS_PER_SENTENCE = 16
_WORDS_PER_PARAGRAPH = 60
_NUMBERS = {
    **{"a": 1, "single": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5},
    **{"six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10},
}

_AMOUNT = re.compile(
    r"\b(?P<number>\d{1,3}(?:[,.]\d{3})+|\d+|" + "|".join(_NUMBERS) + r")[\s-]*"
    r"(?P<unit>words?|wörtern?|mots|palabras|sentences?|sätzen?|paragraphs?|absätzen?)\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\b(short(ly)?|brief(ly)?|concise(ly)?|tl;?dr|in a nutshell|kurz)\b", re.IGNORECASE)
_LONG = re.compile(r"\b(detail(ed|s)?|in[- ]depth|thorough(ly)?|comprehensive|essay|long|ausführlich)\b", re.IGNORECASE)


class Length(NamedTuple):
    """A number of words; `exact` when the prompt named it."""

    words: int
    exact: bool


def wanted(prompt: str) -> Length:
    """The length that `prompt` asks for, else one that grows with the prompt."""
    looked_at = prompt[:_LOOKED_AT]
    amount = _AMOUNT.search(looked_at)
    if amount is not None:
        number = amount["number"].lower()
        value = _NUMBERS[number] if number in _NUMBERS else int(re.sub(r"\D", "", number)[:9])
        unit = amount["unit"].lower()
        if unit.startswith(("s", "ab", "par")):
            value *= _WORDS_PER_SENTENCE if unit.startswith("s") else _WORDS_PER_PARAGRAPH
        return Length(min(MOST_WORDS, max(1, value)), exact=True)
    if _SHORT.search(looked_at):
        return Length(40, exact=False)
    if _LONG.search(looked_at):
        return Length(500, exact=False)
    return Length(min(400, 100 + 3 * len(looked_at.split())), exact=False)
