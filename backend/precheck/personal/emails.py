"""E-mail addresses of people."""

import re
from collections.abc import Iterator

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.personal.datum import PersonalDatum
from shared.precheck import PersonalKind

_BEFORE = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$|[\u00c0-\u052f\w.+-]{1,64}$")
_AFTER = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])", re.ASCII)
_AFTER_IDN = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_LOCAL_START = "!#$%&'*/=?^`{|}~.-"
_SPOKEN = re.compile(
    r"(?<![A-Za-z0-9.+-])[A-Za-z0-9_.+-]{2,40} ?[(\[{] ?at ?[)\]}] ?[\w-]{2,40}"
    r"(?: ?(?:\.|[(\[{] ?(?:dot|punkt|point|punto) ?[)\]}]) ?[\w-]{2,24}){1,3}",
    re.IGNORECASE,
)
_SIGNS_OF_SPOKEN = ("(at)", "[at]", "( at )", "[ at ]")

_DOCUMENTATION = re.compile(
    r"(?:^|\.)(?:example|sample)(?:\.[a-z]{2,3}){1,2}$|(?:^|\.)(?:example|test|invalid|localhost|local|internal)$|"
    r"^(?:domain|yourdomain|your-domain|mydomain|company|yourcompany|your-company|email|host|server|site|website)\.(?:com|tld|org|net)$",
    re.IGNORECASE,
)
"""Domains reserved for documentation (RFC 2606) and those that stand for any."""


class _Mailboxes(Struct, frozen=True):
    roles: frozenset[str]


_ROLES = lexicon.load("mailboxes", _Mailboxes).roles
"""Mailboxes of a role or of nobody: a business's published contact is no personal data."""


def emails(text: str) -> Iterator[PersonalDatum]:
    """Addresses with an at sign, and those that spell it in brackets. Linear: little is read around each."""
    for sign in ("@", "\uff20"):
        at = text.find(sign, 1)
        while at > 0:
            if text[at - 1] != sign and text[at - 1] > " " and (found := _around(text, at)) is not None:
                yield found
            at = text.find(sign, at + 1)
    for sign in _SIGNS_OF_SPOKEN:
        at = text.find(sign)
        while at >= 0:
            for spoken in _SPOKEN.finditer(text, max(at - 45, 0), at + 110):
                yield PersonalDatum(spoken.start(), spoken.end(), PersonalKind.EMAIL)
            at = text.find(sign, at + len(sign))


def _around(text: str, at: int) -> PersonalDatum | None:
    after = _AFTER.match(text, at + 1) or _AFTER_IDN.match(text, at + 1)
    before = _BEFORE.search(text[max(0, at - 64) : at]) if after is not None else None
    if before is None or after is None:
        return None
    local = before.group().lstrip(_LOCAL_START)
    domain = after.group()
    if not local or ("://" in text[max(0, at - 80) : at] and _credentials(text, at)):
        return None
    if local.lower() in _ROLES or _DOCUMENTATION.search(domain) or domain.rpartition(".")[2].isdigit():
        return None
    return PersonalDatum(at - len(local), after.end(), PersonalKind.EMAIL)


def _credentials(text: str, at: int) -> bool:
    """Whether it is the at sign of a URL with a user, such as a connection string or a git address."""
    start = text.rfind("://", max(0, at - 80), at)
    return not any(c.isspace() or c == "/" for c in text[start + 3 : at])
