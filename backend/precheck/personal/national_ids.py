"""Numbers by which states know people, with the checksums and dates that they carry (python-stdnum)."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from msgspec import Struct

from backend.precheck.personal import cues
from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.windows import Window
from shared.precheck import PersonalKind

_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"


class _Check(Protocol):
    def is_valid(self, number: str) -> bool: ...


class _Form(Struct, frozen=True):
    """How a state's number is written. `check` is a module of stdnum; `named`: only after a word that speaks of ids."""

    digits: int
    form: re.Pattern[str]
    check: str | None
    named: bool


def _form(digits: int, form: str, check: str | None, *, named: bool = False) -> _Form:
    return _Form(digits, re.compile(rf"(?<![A-Za-z0-9_+/.-])(?:{form})(?![A-Za-z0-9_/]|[.-]\d)"), check, named)


_FORMS = (
    _form(9, r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}", "us.ssn"),
    _form(9, r"(?!000|666|9)\d{3}([ -]?)(?!00)\d\d\1(?!0000)\d{4}", "us.ssn", named=True),
    _form(9, r"9\d\d-[5-9]\d-\d{4}", "us.itin"),
    _form(6, r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?)\d\d\1\d\d\1\d\d\1[A-D]", None),
    _form(10, r"\d{3}([ -]?)\d{3}\1\d{4}", "gb.nhs", named=True),
    _form(11, r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", "de.idnr", named=True),
    _form(11, rf"\d\d ?{_DAY}{_MONTH}\d\d ?[A-Z] ?\d{{3}}", None),
    _form(10, r"\d{4} ?\d{6}", "at.vnr", named=True),
    _form(8, r"\d{8}[ -]?[A-Z]", "es.dni"),
    _form(8, r"\d{2}\.\d{3}\.\d{3}[ -]?[A-Z]", "es.dni"),
    _form(8, r"\d{8}[ -]?[a-z]", "es.dni", named=True),
    _form(7, r"[XYZ]-?\d{7}-?[A-Z]", "es.nie"),
    _form(13, r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d\d", "fr.nir"),
    _form(7, r"(?i:[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z])", "it.codicefiscale"),
    _form(9, r"[1-9]\d{2}( ?)\d{3}\1\d{3}", "pt.nif", named=True),
    _form(10, r"\d{8} ?\d ?[A-Z]{2}\d", "pt.cc"),
    _form(11, r"\d{3}\.\d{3}\.\d{3}-\d\d", "br.cpf"),
    _form(11, r"\d{11}", "br.cpf", named=True),
    _form(9, r"\d{9}|\d{4}([ .])\d\d\1\d{3}|\d{3}([ .])\d{3}\2\d{3}", "nl.bsn", named=True),
    _form(11, r"\d\d\.\d\d\.\d\d-\d{3}[.-]\d\d|\d{11}", "be.nn"),
    _form(11, r"\d{11}", "pl.pesel"),
    _form(11, r"\d{3}-\d{3}-\d{3}[ -]\d\d", "snils"),
    _form(12, r"\d{12}", "ru.inn", named=True),
    _form(10, r"\d\d ?\d\d (?:\u2116 ?)?\d{6}", None, named=True),
    _form(17, rf"[1-9]\d{{5}}(?:19|20)\d\d{_MONTH}{_DAY}\d{{3}}[\dXx]", "cn.ric"),
    _form(12, r"\d{4}([ -]?)\d{4}\1\d{4}", "jp.in_", named=True),
    _form(13, rf"\d\d{_MONTH}{_DAY}-[1-8]\d{{6}}", None),
    _form(9, r"[A-Z][1289]\d{8}", None, named=True),
    _form(6, r"[A-Z]{1,2}\d{6} ?\([\dA]\)", None),
    _form(12, r"[2-9]\d{3}([ -])\d{4}\1\d{4}", "in_.aadhaar"),
    _form(12, r"[2-9]\d{11}", "in_.aadhaar", named=True),
    _form(4, r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", "in_.pan"),
    _form(11, r"[1-9]\d{10}", "tr.tckimlik"),
    _form(10, r"[12]\d{9}", "luhn", named=True),
    _form(15, r"784-?(?:19|20)\d\d-?\d{7}-?\d", "luhn"),
    _form(14, rf"[23]\d\d{_MONTH}{_DAY}(?:0[1-4]|1[1-9]|2[1-9]|3[1-5]|88)\d{{5}}", None),
    _form(9, r"\d{8}-?\d", "il.idnr", named=True),
    _form(10, rf"(?:19|20)?\d\d{_MONTH}{_DAY}[-+]\d{{4}}", "se.personnummer"),
    _form(11, r"\d{6} ?\d{5}", "no.fodselsnummer"),
    _form(10, rf"{_DAY}{_MONTH}\d\d-\d{{4}}", "dk.cpr"),
    _form(9, rf"{_DAY}{_MONTH}\d\d[-+A-FU-Y]\d{{3}}[\dA-Y]", "fi.hetu"),
    _form(13, r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d", "ch.ssn"),
    _form(13, r"[1-9]\d{12}", "ro.cnp"),
    _form(10, r"\d{10}", "bg.egn", named=True),
    _form(9, r"\d{6}/\d{3,4}", "cz.rc"),
    _form(11, r"\d{11}", "gr.amka", named=True),
    _form(11, r"[3-6]\d{10}", "ee.ik"),
    _form(11, r"\d{6}-\d{5}", "lv.pvn"),
    _form(7, r"\d{7}[A-W][A-IW]?", "ie.pps"),
    _form(11, r"\d{11}", "hr.oib", named=True),
    _form(13, r"\d{13}", "si.emso"),
    _form(10, r"\d{10}", "ua.rntrc", named=True),
    _form(13, r"\d{13}", "za.idnr"),
    _form(6, r"[A-Z]{4}\d{6}[HM][A-Z]{5}[\dA-Z]\d", "mx.curp"),
    _form(6, r"[A-Z\u00d1&]{4}-?\d{6}-?[A-Z0-9]{3}", "mx.rfc"),
    _form(8, r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]|\d{7,8}-[\dkK]", "cl.rut"),
    _form(11, r"2[0347]-\d{8}-\d", "ar.cuit"),
    _form(8, r"\d{2}\.\d{3}\.\d{3}|\d{7,8}", "ar.dni", named=True),
    _form(10, r"\d{10}", "ec.ci", named=True),
    _form(9, r"\d{3}([ -]?)\d{3}\1\d{3}", "ca.sin", named=True),
    _form(9, r"\d{3}( ?)\d{3}\1\d{3}", "au.tfn", named=True),
    _form(7, r"[STFGM]\d{7}[A-Z]", None),
    _form(13, r"\d-?\d{4}-?\d{5}-?\d\d-?\d", "th.pin"),
    _form(12, r"\d{6}-\d\d-\d{4}", "my.nric"),
    _form(16, r"\d{16}", "id.nik", named=True),
    _form(13, r"\d{5}-\d{7}-\d", "pk.cnic"),
)
_PASSPORT = re.compile(
    r"(?<![A-Za-z0-9_-])(?:(?=[A-Z\d]*\d{3})[A-Z\d]{8,10}|"
    r"[A-Z]{1,3} ?\d{6,8}|\d{2} ?\d{2} ?(?:\u2116 ?)?\d{6})(?![A-Za-z0-9_-])"
)


def national_ids(window: Window) -> Iterator[PersonalDatum]:
    """Ids whose form or checksum says so, and weaker ones after a word that names them."""
    text = window.text
    about = None
    for form in _FORMS:
        if form.digits > window.digits or (
            window.single and form.digits != window.digits and form.digits < window.digits - 4
        ):
            continue
        if form.named:
            about = bool(cues.IDENTITY.search(window.low, 0, window.last)) if about is None else about
            if not about:
                continue
        for found in form.form.finditer(text, max(window.first - 8, 0), min(window.last + 8, len(text))):
            start = found.start()
            if form.named and not cues.spoken_of(window, start, cues.IDENTITY):
                continue
            if not form.named and found.group().isdigit() and cues.before(window, start, cues.NOBODY) >= 0:
                continue
            if len(set(found.group())) > 2 and (form.check is None or _checked(form.check, found.group())):
                yield PersonalDatum(window.start + start, window.start + found.end(), PersonalKind.NATIONAL_ID)
    if cues.PASSPORT.search(window.low, 0, window.last):
        for found in _PASSPORT.finditer(text, max(window.first - 4, 0)):
            if cues.spoken_of(window, found.start(), cues.PASSPORT):
                yield PersonalDatum(window.start + found.start(), window.start + found.end(), PersonalKind.NATIONAL_ID)


def _checked(check: str, number: str) -> bool:
    if check == "snils":
        return _snils(number)
    if check == "luhn":
        return _check("luhn").is_valid("".join(filter(str.isdigit, number)))
    return _check(check).is_valid(number)


@cache
def _check(name: str) -> _Check:
    return cast("_Check", import_module(f"stdnum.{name}"))


def _snils(number: str) -> bool:
    """The insurance number of the Russian Pension Fund: digits weighed 9 to 1, modulo 101 (resolution 192p of 2006)."""
    digits = [int(c) for c in number if c.isdigit()]
    control = sum(digit * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True)) % 101
    return control % 100 == digits[9] * 10 + digits[10]
