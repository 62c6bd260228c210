"""A text without the disguises that hide words from programs: spaced-out letters, digits for letters, look-alikes from
other alphabets, marks piled on letters, and words wrapped in another encoding.

Every step is linear in the length of the text and decodes a bounded part of it.
"""

import binascii
import codecs
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from backend.precheck.risk.disguise import plain_word
from backend.precheck.risk.hazards import vocabulary

SEARCHED = 4_000
"""Signs of the beginning and of the end of a text that are searched for wrapped passages."""

LONGEST = 4_000
"""Signs of one wrapped passage that are decoded."""

PASSAGES = 8
"""Wrapped passages of a text that are decoded."""

_MARKS = re.compile("[\u0300-\u036f\u0489\u20d0-\u20ff]")
_SPACED = re.compile(r"(?<!\w)\w(?:[ .\-_*|]\w){4,}(?!\w)")
_MIXED = re.compile(r"(?<![\w@$])[^\W_]{0,16}[0-9@$][\w@$+!]{0,16}")
_TWO_ALPHABETS = re.compile(
    "[a-z][\u0370-\u04ff]|[\u0370-\u04ff][a-z]|[\u0501\u051b\u051d\u0261\u0131\u0251\u1d0f\u1d07]"
)
_WORD = re.compile(r"\w+")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{16,}={0,2}(?![A-Za-z0-9+/=_-])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:[ :]?[0-9A-Fa-f]{2}){7,}(?![0-9A-Fa-f])")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}|[A-Za-z0-9+_.-]){12,}")
_ROTATED = frozenset(["gur", "naq", "gb", "ubj", "znxr", "lbh", "sbe", "jvgu", "zr", "jung", "na", "va", "bs", "gung"])
_REVERSED = frozenset(["eht", "dna", "ot", "woh", "ekam", "uoy", "rof", "htiw", "em", "tahw", "fo", "taht", "rouy"])
_ENOUGH = 3
_READABLE = 0.9
_LONG_WORD, _DIGITS = 12, 6
"""Signs of the longest word, and digits, without which nothing is wrapped: as eight letters in hexadecimal have."""


def plain(folded: str) -> str:
    """A window of a cleaned text in lower case, with its words as they are usually written."""
    if not folded.isascii():
        if len(_MARKS.findall(folded)) > _ENOUGH:
            folded = _MARKS.sub("", folded)
        if _TWO_ALPHABETS.search(folded):
            folded = _WORD.sub(_from_one_alphabet, folded)
    folded = _SPACED.sub(lambda found: re.sub(r"\W|_", "", found.group()), folded)
    return _MIXED.sub(_from_letters, folded)


def unwrapped(text: str) -> Iterator[str]:
    """What is wrapped in Base64, hexadecimal digits, percent signs, ROT13 or reversed letters, if it decodes to words.

    Of a long text the beginning and the end are searched.
    """
    if len(text) > 2 * SEARCHED:
        text = f"{text[:SEARCHED]} {text[-SEARCHED:]}"
    for form, decode in _likely(text):
        for number, found in enumerate(form.finditer(text)):
            if number == PASSAGES:
                break
            if (words := decode(found.group()[:LONGEST])) and _readable(words):
                yield words
    start = text[:LONGEST]
    tokens = start.lower().split()
    if len(_ROTATED.intersection(tokens)) >= _ENOUGH:
        yield codecs.decode(start, "rot13")
    if len(_REVERSED.intersection(tokens)) >= _ENOUGH:
        yield start[::-1]


def _likely(text: str) -> Iterator[tuple[re.Pattern[str], Callable[[str], str]]]:
    """The encodings that a text may hold, told by what costs little to see."""
    if max(map(len, text.split()), default=0) >= _LONG_WORD:
        yield _BASE64, _from_base64
        if text.count("%") >= _ENOUGH:
            yield _PERCENT, _from_percent
    if sum(map(text.count, "0123456789")) >= _DIGITS:
        yield _HEX, _from_hex


def _from_one_alphabet(found: re.Match[str]) -> str:
    word = found.group()
    bare = word if word.isascii() else plain_word(word)
    return bare if bare.isascii() else word


def _from_letters(found: re.Match[str]) -> str:
    word = found.group()
    bare = plain_word(word)
    return bare if bare in vocabulary() else word


def _from_base64(passage: str) -> str:
    try:
        return b64decode(passage[: len(passage) // 4 * 4], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _from_hex(passage: str) -> str:
    try:
        return bytes.fromhex(passage.replace(":", "")).decode()
    except ValueError:
        return ""


def _from_percent(passage: str) -> str:
    return unquote(passage).replace("+", " ") if passage.count("%") >= _ENOUGH else ""


def _readable(words: str) -> bool:
    usual = sum(sign.isalpha() or sign in " .,?!'\"\n-" for sign in words)
    return " " in words.strip() and usual >= _READABLE * len(words)
