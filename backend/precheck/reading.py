"""A prompt made ready for rules: cleaned text, its lower-case form and its tokens."""

import re
import unicodedata

from msgspec import Struct

_CONTROLS = dict.fromkeys([*range(9), 11, *range(14, 32), 127])
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_WIDE = tuple(zip("\uff0c\uff01\uff1f\uff1a\uff1b\uff08\uff09", ",!?:;()", strict=True))
"""Everyday Chinese and Japanese punctuation, replaced beforehand: a full NFKC pass costs ten times as much."""

_SIGNS = "\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_GAPS = ",:()[]{}<>\"'/\\|-_=*&^%~` \t\n\r\f\x0b"
_MORE_GAPS = "\xa0\xab\xbb\u2000-\u2025\u2027-\u2029\u2039\u203a\u3001\u3008-\u3011\u060c\u30fb\xb7"
_ENDS = "!?;\u3002\u0964\u061f\u2026"

_ASCII_GAPS = str.maketrans(_GAPS + "!?", " " * len(_GAPS) + ";;")
_TOKEN = re.compile(rf"[{_SIGNS}]|[^.{re.escape(_GAPS)}{_ENDS}{_MORE_GAPS}{_SIGNS}]+|[{_ENDS}]|\.(?=\s|$)")

HEAD, TAIL = 1400, 600
"""Characters of a long prompt's beginning and end that tell its task."""

STOPS = frozenset(_ENDS + ".")
"""Tokens that end a sentence."""


class Reading(Struct, frozen=True):
    """`text` is cleaned, `folded` is `text` in lower case, `tokens` are its words and sentence ends.

    Chinese, Japanese and Korean signs are one token each, so that phrases work without spaces.
    """

    text: str
    folded: str
    tokens: list[str]


def clean(text: str) -> str:
    """Compatibility forms folded (NFKC); control, zero-width and bidi characters removed."""
    if text.isascii():
        return text.translate(_CONTROLS)
    text = _HIDDEN.sub("", text)
    for wide, narrow in _WIDE:
        text = text.replace(wide, narrow)
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def tokenize(folded: str) -> list[str]:
    """Words and sentence ends of lower-case text; a dot counts only at the end of a word."""
    if not folded.isascii():
        return _TOKEN.findall(folded)
    spaced = f"{folded.translate(_ASCII_GAPS)} "
    return spaced.replace(". ", " ; ").replace(".", " ").replace(";", " ; ").split()


def read(text: str) -> Reading:
    """Linear in the length of `text`, whatever it holds."""
    text = clean(text)
    folded = text.lower()
    return Reading(text, folded, tokenize(folded))


def outline(text: str) -> str:
    """The beginning and the end of a long prompt, where people say what they want."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
