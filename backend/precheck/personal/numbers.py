"""Payment cards and bank accounts, by their checksums."""

import re
from collections.abc import Iterator

from stdnum import iban, luhn

from backend.precheck.personal import cues
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.windows import Window
from shared.precheck import PersonalKind

_CARD = re.compile(
    r"(?<![A-Za-z0-9_.+/-])(?<!\d,)(?:\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|"
    r"3\d{3}([ .-]?)\d{6}\2\d{4,5}|\d{13,19})(?![A-Za-z0-9_-]|[.,]\d)"
)
_BRANDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|220[0-4]\d{12}|"
    r"(?:50[18]\d|5[678]\d\d|6[37]\d\d)\d{8,15}|8[12]\d{14}|9792\d{12}|60\d{14}"
)
"""Issuers' ranges: Visa, Mastercard, American Express, Diners, Discover, JCB, UnionPay, Mir, Maestro, RuPay, Troy."""

_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:([ .-])(?:[A-Za-z0-9]{4}\1){2,8}[A-Za-z0-9]{1,4}|[A-Za-z0-9]{11,30})"
)
_GROUP_END = re.compile(r"[A-Za-z0-9](?![A-Za-z0-9])")


def cards(window: Window) -> Iterator[PersonalDatum]:
    """Payment cards: an issuer's range and length, and Luhn's checksum (ISO/IEC 7812-1)."""
    if window.digits < 13:
        return
    for found in _CARD.finditer(window.text, window.first):
        number = "".join(filter(str.isdigit, found.group()))
        bare = found.group() == number
        if not _BRANDS.fullmatch(number) or len(set(number)) < 2 or not luhn.is_valid(number):
            continue
        if bare and cues.before(window, found.start(), cues.NOBODY) >= 0:
            continue
        yield PersonalDatum(window.start + found.start(), window.start + found.end(), PersonalKind.CARD)


def ibans(window: Window) -> Iterator[PersonalDatum]:
    """Bank accounts by ISO 13616: the country's length and form, and the checksum."""
    for found in _IBAN.finditer(window.text, max(window.first - 26, 0), min(window.last + 30, len(window.text))):
        ends = [end.end() for end in _GROUP_END.finditer(window.text, found.start() + 14, found.end())] or [found.end()]
        for end in reversed(ends):
            if iban.is_valid(window.text[found.start() : end], check_country=False):
                yield PersonalDatum(window.start + found.start(), window.start + end, PersonalKind.IBAN)
                break
