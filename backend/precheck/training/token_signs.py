"""Kinds of signs for counting tokens: which signs tokenizers treat alike.

Where alphabets are short their letters stand for themselves or for small groups; of Chinese and Korean signs those that
are met often are told from those that are not, because tokenizers keep the frequent ones whole.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

BMP = 0x10000
"""Signs beyond the Basic Multilingual Plane, emoji above all, are of one kind."""

_VOWELS = frozenset("aeiouy")
_HAN_RANKS = (150, 500, 1200, 2600)
_HANGUL_RANKS = (100, 300, 700)
_KANA_RANKS = (12, 30)
_ARABIC_RANKS = (8, 18)
_INDIC_RANKS = (10, 25)
_CYRILLIC_RANKS = (8, 16, 24)
_RANGES = (
    ("greek", 0x0370, 0x03FF),
    ("cyrillic", 0x0400, 0x052F),
    ("armenian", 0x0530, 0x058F),
    ("hebrew", 0x0590, 0x05FF),
    ("arabic", 0x0600, 0x08FF),
    ("devanagari", 0x0900, 0x097F),
    ("indic", 0x0980, 0x0DFF),
    ("thai", 0x0E00, 0x0EFF),
    ("script", 0x0F00, 0x1DFF),
    ("latin_more", 0x1E00, 0x1EFF),
    ("greek", 0x1F00, 0x1FFF),
    ("hidden", 0x200B, 0x200F),
    ("dash", 0x2010, 0x2015),
    ("quote", 0x2018, 0x201F),
    ("punctuation", 0x2000, 0x206F),
    ("currency", 0x2070, 0x20CF),
    ("letterlike", 0x20D0, 0x218F),
    ("arrow", 0x2190, 0x21FF),
    ("mathematical", 0x2200, 0x22FF),
    ("box", 0x2500, 0x259F),
    ("symbol", 0x2300, 0x2BFF),
    ("script", 0x2C00, 0x2FFF),
    ("cjk_punctuation", 0x3000, 0x303F),
    ("hiragana", 0x3040, 0x309F),
    ("katakana", 0x30A0, 0x30FF),
    ("symbol", 0x3100, 0x33FF),
    ("han", 0x3400, 0x9FFF),
    ("script", 0xA000, 0xABFF),
    ("hangul", 0xAC00, 0xD7AF),
    ("surrogate", 0xD800, 0xDFFF),
    ("private", 0xE000, 0xF8FF),
    ("han", 0xF900, 0xFAFF),
    ("presentation", 0xFB00, 0xFDFF),
    ("hidden", 0xFE00, 0xFE0F),
    ("presentation", 0xFE10, 0xFEFF),
    ("fullwidth", 0xFF00, 0xFFEF),
)
_RANKED = {
    "han": _HAN_RANKS,
    "hangul": _HANGUL_RANKS,
    "hiragana": _KANA_RANKS,
    "katakana": _KANA_RANKS,
    "arabic": _ARABIC_RANKS,
    "devanagari": _INDIC_RANKS,
    "cyrillic": _CYRILLIC_RANKS,
}


def kinds(texts: Iterable[str]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """The kind of each code point up to `BMP`, and the names of the kinds; `texts` say which signs are frequent."""
    met = Counter("".join(texts))
    ranks = _ranks(met)
    names: dict[str, int] = {}
    table = np.zeros(BMP + 1, dtype=np.uint8)
    for code in range(BMP):
        table[code] = names.setdefault(_name(code, ranks), len(names))
    table[BMP] = names.setdefault("beyond", len(names))
    return table, tuple(names)


def _ranks(met: Counter[str]) -> dict[str, int]:
    """Places by frequency within each script that is ranked."""
    places: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for sign, _ in sorted(met.items(), key=lambda item: (-item[1], item[0])):
        script = _script(ord(sign))
        if script in _RANKED:
            places[sign] = seen[script]
            seen[script] += 1
    return places


def _name(code: int, ranks: dict[str, int]) -> str:
    if code < 0x80:
        return _ascii(chr(code))
    if code < 0x250:
        return _latin(chr(code))
    script = _script(code)
    if script in _RANKED and not unicodedata.category(chr(code)).startswith("P"):
        place = ranks.get(chr(code))
        return f"{script} {_tier(place, _RANKED[script])}{_case(chr(code)) if script == 'cyrillic' else ''}"
    return f"{script}{_case(chr(code)) if script == 'greek' else ''}"


def _tier(place: int | None, limits: Sequence[int]) -> int:
    return len(limits) if place is None else sum(place >= limit for limit in limits)


def _script(code: int) -> str:
    if 0x300 <= code <= 0x36F:
        return "combining"
    return next((name for name, first, last in _RANGES if first <= code <= last), "other")


def _ascii(sign: str) -> str:
    if sign.isupper():
        return "upper vowel" if sign.lower() in _VOWELS else "upper"
    if sign.isdigit():
        return "digit"
    return sign if sign >= " " or sign in "\n\t\r" else "control"


def _latin(sign: str) -> str:
    if not sign.isalpha():
        return "latin sign"
    block = "latin-1" if ord(sign) < 0x100 else "latin extended"
    if sign.isupper():
        return f"{block} upper"
    base = unicodedata.normalize("NFD", sign)[0]
    return f"{block} {'vowel' if base in _VOWELS else 'consonant'}"


def _case(sign: str) -> str:
    return " upper" if sign.isupper() else ""
