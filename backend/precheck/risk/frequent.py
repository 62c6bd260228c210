"""Words that are common in some language, and so tell nothing of what a text is about."""

import unicodedata
from collections.abc import Container
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.reading import tokenize


class _Words(Struct, frozen=True):
    words: dict[str, str]


@cache
def frequent_words() -> Container[str]:
    """Each also without its accents."""
    words = [word for text in lexicon.load("languages", _Words).words.values() for word in tokenize(text)]
    return frozenset((*words, *map(_bare, words)))


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
