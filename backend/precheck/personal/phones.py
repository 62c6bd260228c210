"""Phone numbers, as they are written in the countries of fifteen languages and internationally (ITU-T E.164)."""

import re
from collections.abc import Iterator

from backend.precheck.personal import cues
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.windows import Window, dull
from shared.precheck import PersonalKind

_SEP = r"(?:[ .\-/]{1,3}|(?=\()|(?<=\)))"
"""Something that parts two groups of digits, so that there is one way to read them."""

_FORMS = tuple(
    re.compile(rf"(?<![A-Za-z0-9_+#/.=\u2116-])(?<!\d[:,])(?:{form})(?![A-Za-z0-9_/]|[-.,:]\d)")
    for form in (
        rf"(?:\+ ?|00)[1-9]\d{{0,14}}(?:{_SEP}\(?\d{{1,12}}\)?){{0,6}}",
        r"(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{4}",
        r"\(?0\d{1,5}\)?(?:[ ./-]{1,3}\d{2,8}){1,5}",
        r"\(\d{2,4}\) ?9?\d{3,4}[ -]?\d{4}",
        r"8 ?\(?9?\d{2,4}\)?[ -]?\d{2,3}[ -]?\d\d[ -]?\d\d",
        r"0\d{8,10}",
        r"1[3-9]\d[ -]?\d{4}[ -]?\d{4}",
        r"[6-9]\d{4} \d{5}",
        r"5\d\d \d{3} \d\d \d\d",
    )
)
_ANY = re.compile(
    rf"(?<![A-Za-z0-9_+#/.=\u2116-])(?<!\d[:,])\+?\(?\d{{1,14}}\)?(?:{_SEP}\d{{1,11}}){{0,6}}(?![A-Za-z0-9_/]|[-.,:]\d)"
)
_FREE = re.compile(
    r"(?:\+?1[ .-]?)?\(?(?:800|888|877|866|855|844|833|900)\)?[ .-]|0800|0 ?8 ?0 ?0|8[ (-]*800|400[- ]"
    r"|0120-|0570-|\+800"
)
"""Numbers that only businesses have."""

_ACCOUNT = re.compile(r"\b[A-Z]{2}\d\d(?: ?\d{4}){0,6} ?$")
"""What stands before the digits of an account that fails its checksum."""

_DOCUMENTATION = re.compile(r"555[ .-]?01\d\d$")
"""Kept free for stories in North America."""


def phones(window: Window) -> Iterator[PersonalDatum]:
    """Numbers in the form of some country; numbers of other forms where a word before them says that they are one."""
    text = window.text
    if window.digits < 7:
        return
    low, high = max(window.first - 3, 0), len(text)
    for form in _FORMS:
        for found in form.finditer(text, low, high):
            if found.start() < window.last and _is_one(window, found):
                yield _datum(window, found)
    if cues.PHONE.search(window.low, 0, window.last) or cues.NUMBER.search(window.low, 0, window.last):
        for found in _ANY.finditer(text, low, high):
            if found.start() < window.last and _spoken_of(window, found.start()) and _is_one(window, found):
                yield _datum(window, found)


def _is_one(window: Window, found: re.Match[str]) -> bool:
    number = found.group()
    digits = "".join(filter(str.isdigit, number))
    if not 7 <= len(digits) <= 15 or len(set(digits)) < 3 or dull(number) or _FREE.match(number):
        return False
    if _ACCOUNT.search(window.text, 0, found.start()):
        return False
    if _DOCUMENTATION.search(number) or digits in "01234567890123456789" or digits.endswith("000000"):
        return False
    if digits == number and cues.before(window, found.start(), cues.NOBODY) >= 0:
        return _spoken_of(window, found.start())
    near = cues.before(window, found.start(), cues.NOBODY)
    return near < 0 or near > 8 or number.startswith(("+", "00", "(")) or _spoken_of(window, found.start())


def _spoken_of(window: Window, start: int) -> bool:
    """Whether a word before it says that it is a phone, or at least a number and nothing else's."""
    if cues.spoken_of(window, start, cues.PHONE):
        return True
    return cues.before(window, start, cues.NUMBER) >= 0 and cues.before(window, start, cues.NOBODY) < 0


def _datum(window: Window, found: re.Match[str]) -> PersonalDatum:
    return PersonalDatum(window.start + found.start(), window.start + found.end(), PersonalKind.PHONE)
