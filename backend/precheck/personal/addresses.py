"""Finding postal addresses: for each house number, the forms whose streets stand where they would."""

import re
from collections.abc import Iterator

import numpy as np

from backend.precheck.personal import address_forms as forms
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.scan import Scan
from shared.precheck import PersonalKind

LONGEST_NUMBER = 6
"""Digits of a house number or box."""

_LEFT, _RIGHT = 110, 120
"""Characters before and after a number that are read as its address."""

_NEAR = 56
"""Characters before a number in which a street's word stands."""

_JOINED = ("C/", "ul.", "Ul.", "al.", "Via", "Lungo")
_POSTAL_PL = re.compile(r"\b\d\d-\d{3} ")
_AM = re.compile(
    r"\b(?:Am|Im|An de[rn]|In der|Zu[mr]|Auf de[mr]|Unter de[nr]|Hinter der) [A-Z\u00c4\u00d6\u00dc][\w\u00df-]+ $"
)
_RUSSIAN = re.compile(
    r"\u0443\u043b|\u043f\u0440|\u043f\u0435\u0440|\u043d\u0430\u0431|\u0448\u043e\u0441|\u0431\u0443\u043b"
    r"|\u0431-\u0440|\u043f\u043b|\u043c\u043a\u0440|\u0423\u043b|\u041f\u0440|\u0448\."
)
_CHINESE = re.compile(r"[\u8def\u8857\u9053\u5df7\u5f04\u540c\u6bb5\u91cc\u6751\u56ed\u533a]")
_JAPANESE = re.compile(r"[\u5e02\u533a\u753a\u6751\u90e1]")
_KOREAN = re.compile(r"[\ub85c\uae38\ub3d9\ub9ac\uac00]")
_ARABIC = re.compile(
    "\u0634\u0627\u0631\u0639|\u0637\u0631\u064a\u0642|\u062d\u064a|\u0635.? ?\u0628|\u0645\u0628\u0646\u0649"
    "|\u0634\u0642\u0629|\u0634 "
)
_HINDI = re.compile(
    "\u0928\u0917\u0930|\u0930\u094b\u0921|\u092e\u093e\u0930\u094d\u0917|\u0917\u0932\u0940|\u092e\u0915\u093e\u0928"
    "|\u0938\u0947\u0915\u094d\u091f\u0930|\u0915\u0949\u0932\u094b\u0928\u0940|\u092b\u094d\u0932\u0948\u091f"
    "|\u092b\u093c\u094d\u0932\u0948\u091f|\u0935\u093f\u0939\u093e\u0930|\u092e\u094b\u0939\u0932"
)
_NO_HOUSE = re.compile(
    "\u0645\u062a\u0631|\u0623\u0644\u0641|\u0645\u0633\u0627\u062d|\u0625\u064a\u062c\u0627\u0631"
    "|square (?:met|f|mi|yar|k|in)"
)
"""Areas and prices."""
_JOINS = ".,:#\u00ba\u00b0-\u060c\u093e\u0940\u0947\u0948\u094b\u0964"
_CENTURIES = ("19", "20")
"""Of years, which are not taken for house numbers."""
_FOLLOWS = frozenset(" ,abcdefghABCDEFGH/-t")
_NOT_BEFORE = frozenset("$\u20ac\u00a3=+*^<>_%")
_KNOWN = re.compile(
    "10 Downing|1600 Penns|221B Baker|1 Infinite Loop|1600 Amphi|742 Evergreen|Falsa 123|123 Main St|1 Microsoft W",
    re.IGNORECASE,
)
"""Houses that everybody knows, and the one of every example."""


def addresses(text: str, seen: Scan) -> Iterator[PersonalDatum]:
    """Streets with their numbers. A form is tried only where a word of it stands beside a number."""
    if not len(seen.digits):
        return
    breaks = np.flatnonzero(np.diff(seen.digits) > 1)
    starts = seen.digits[np.concatenate(([0], breaks + 1))]
    ends = seen.digits[np.concatenate((breaks, [len(seen.digits) - 1]))] + 1
    fit = ends - starts <= LONGEST_NUMBER
    done = 0
    for start, end in zip(starts[fit].tolist(), ends[fit].tolist(), strict=True):
        if (
            end <= done
            or (end - start == 4 and text[start : start + 2] in _CENTURIES)
            or text[start - 1 : start] in _NOT_BEFORE
            or (text[end : end + 1] in ".,:" and text[end + 1 : end + 2].isdigit())
        ):
            continue
        before = done
        for form in _forms_at(text, start, end, seen):
            for found in form.finditer(text, max(start - _LEFT, before), end + _RIGHT):
                if found.start() <= start < found.end() and _is_house(text, found):
                    stop = found.start() + len(found.group().rstrip(" ,"))
                    yield PersonalDatum(found.start(), stop, PersonalKind.ADDRESS)
                    done = max(done, stop)


def _is_house(text: str, found: re.Match[str]) -> bool:
    return not (_KNOWN.search(found.group()) or _NO_HOUSE.search(text, found.start(), found.end() + 10))


def _forms_at(text: str, start: int, end: int, seen: Scan) -> Iterator[re.Pattern[str]]:
    """The forms that the words around a number suggest."""
    following = text[end : end + 1]
    if following in _FOLLOWS and text[end : end + 4].strip(" ,-/0123456789")[:1].isalpha():
        words = _words(text[end : end + 48])
        if not forms.FIRST.isdisjoint(words):
            yield from (forms.NUMBER_FIRST, forms.NUMBER_FIRST_LOWER)
        if not forms.RUES.isdisjoint(words[:3]):
            yield forms.FRENCH
    before = text[max(start - _NEAR, 0) : start]
    bare = before.rstrip(" ")
    if not bare or not (bare[-1].isalpha() or bare[-1] in _JOINS):
        return
    if bare.endswith(forms.GERMANIC_ENDS):
        yield from (forms.GERMAN, forms.GERMAN_LOWER, forms.DUTCH)
    elif bare.endswith(("ox", "OX")):
        yield forms.BOX
    words = _words(before)
    if not forms.AT.isdisjoint(words[-4:]) and _AM.search(before):
        yield forms.GERMAN
    if not forms.LAST.isdisjoint(words) or any(joined in before for joined in _JOINED):
        if not forms.ROMANCE.isdisjoint(words) or "C/" in before or "Lungo" in before:
            yield from (forms.SPANISH, forms.ITALIAN, forms.PORTUGUESE)
        if not forms.SLAVIC.isdisjoint(words) or "l." in before:
            yield forms.POLISH
        if not forms.TURKISH_STREETS.isdisjoint(words):
            yield forms.TURKISH
    if bare[-1] in "joay" and _POSTAL_PL.search(text, end, end + 14):
        yield forms.POLISH_VILLAGE
    if seen.beyond_latin and not (before.isascii() and text[end : end + _NEAR].isascii()):
        yield from _beyond_latin(text, start, end, seen)


def _beyond_latin(text: str, start: int, end: int, seen: Scan) -> Iterator[re.Pattern[str]]:
    before = text[max(start - _NEAR, 0) : start]
    if seen.cyrillic and _RUSSIAN.search(before):
        yield forms.RUSSIAN
    if seen.chinese and text[end : end + 1] in ("\u53f7", "\u865f") and _CHINESE.search(before):
        yield forms.CHINESE
    if seen.chinese and _JAPANESE.search(before[-20:]):
        yield forms.JAPANESE
    if seen.korean and _KOREAN.search(before[-6:]):
        yield forms.KOREAN
    if seen.arabic and (_ARABIC.search(before) or _ARABIC.match(text, end + 1)):
        yield forms.ARABIC
    if seen.hindi and _HINDI.search(text, max(start - _NEAR, 0), end + _NEAR):
        yield forms.HINDI


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").replace(". ", " ").replace(".", " ").split()
