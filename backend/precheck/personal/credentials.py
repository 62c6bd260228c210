"""Tokens, and passwords that are named as such."""

import re
from collections.abc import Iterator

from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.personal.scan import Scan
from shared.precheck import PersonalKind

_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{10,2000}\.eyJ[\w-]{10,8000}\.[\w-]{16,2000}")
_BEARER = re.compile(r"[Bb]earer[ :]+([A-Za-z0-9._~+/-]{20,2000}=*)")
_BASIC = re.compile(r"[Aa]uthorization[\"']?: ?[\"']?[Bb]asic ([A-Za-z0-9+/]{12,400}={0,2})")
_URL = re.compile(r"://[^\s:/@\"'<>]{0,64}:([^\s@/\"'<>]{3,128})@[\w.-]")

_SAID = (
    "pass",
    "contrase",
    "senha",
    "parol",
    "\u5bc6\u7801",
    "\u043f\u0430\u0440\u043e\u043b",
    "\u30d1\u30b9\u30ef",
    "\ube44\ubc00\ubc88\ud638",
)
"""Beginnings of the words after which people tell a password without a sign."""

_NAMES = (
    r"pass(?:word|wd|wort|phrase|code)?|pwd|contrase\u00f1a|contrasena|mot de passe|senha|wachtwoord|has\u0142o|"
    r"\u043f\u0430\u0440\u043e\u043b\u044c|\u5bc6\u7801|\u5bc6\u78bc|\u30d1\u30b9\u30ef\u30fc\u30c9|\ube44\ubc00\ubc88\ud638|"
    r"\u0643\u0644\u0645\u0629 (?:\u0627\u0644)?(?:\u0645\u0631\u0648\u0631|\u0633\u0631)|"
    r"\u092a\u093e\u0938\u0935\u0930\u094d\u0921|\u015fifre|sifre|parola"
)
_SECRET_NAMES = (
    r"(?:client|app|api|aws|consumer|shared|jwt)?[_-]?secret(?:[_-]?(?:access)?[_-]?key)?|api[_-]?key|access[_-]?key|"
    r"[a-z]{0,20}_token"
)
_VALUE = r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;<>(){}\[\]\u3002\uff0c\u3001]{4,128})(?P<closed>[\"'`]?)"
_NAMED = re.compile(rf"(?<![a-z])(?:[A-Z0-9_]{{0,30}}_)?(?P<name>{_NAMES}|{_SECRET_NAMES})[\"']?\s?$", re.IGNORECASE)
_SAYS = re.compile(
    rf"(?P<name>{_NAMES})(?: (?:for|f\u00fcr|de|do|pour)(?: \w{{1,20}}){{1,3}})?"
    r"(?:\s(?:is|ist|es|est|\u00e8|\u00e9|jest|to)\s(?:now\s)?|\s?[\u662f\u4e3a]\s?|\s?(?:\u306f|\ub294)\s?|\s[-\u2014]\s)"
    rf"{_VALUE}",
    re.IGNORECASE,
)
_GIVEN = re.compile(rf"[>]?\s?{_VALUE}")
_ENDS = (
    *(
        "pass",
        "password",
        "passwd",
        "passwort",
        "passphrase",
        "passcode",
        "pwd",
        "contrase\u00f1a",
        "contrasena",
        "mot de passe",
        "senha",
    ),
    *(
        "wachtwoord",
        "has\u0142o",
        "\u043f\u0430\u0440\u043e\u043b\u044c",
        "\u5bc6\u7801",
        "\u5bc6\u78bc",
        "\u30d1\u30b9\u30ef\u30fc\u30c9",
        "\ube44\ubc00\ubc88\ud638",
    ),
    *(
        "\u0645\u0631\u0648\u0631",
        "\u0633\u0631",
        "\u092a\u093e\u0938\u0935\u0930\u094d\u0921",
        "ifre",
        "parola",
        "secret",
        "key",
        "_token",
        "-token",
    ),
)

LONG_TALK = 20_000
"""Characters of a text in which passwords are also looked for where they are merely told."""

_NOT_ONE = re.compile(
    r"^(?:\$|%|process\.|os\.|env\.|self\.|this\.|req\.|request\.|config\.|settings\.|user\.|args\.|your|changeme|change_me|"
    r"password|passwort|secret|example|placeholder|redacted|hidden|none|null|true|false|undefined|string|str\b|input|required|"
    r"optional|x{3,}|\*{3,}|\.{3,}|\u2022{3,}|_{3,}|https?:|hash|bcrypt|argon2|generate|getpass|reset|forgot|must|should|"
    r"wrong|incorrect|correct|invalid|expired|not\b|too\b|weak|strong|field|here|there|what|with|that|this)",
    re.IGNORECASE,
)


def credentials(text: str, seen: Scan) -> Iterator[PersonalDatum]:
    """JSON web tokens (RFC 7519), bearer tokens (RFC 6750), passwords in URLs and after their name."""
    for start, end in seen.runs:
        run = text[start:end]
        if "eyJ" in run:
            yield from _spans(_JWT, text, PersonalKind.TOKEN, 0, start, end)
        lead = text[max(start - 10, 0) : start]
        if "earer" in lead:
            yield from (
                d
                for d in _spans(_BEARER, text, PersonalKind.TOKEN, 1, max(start - 10, 0), end)
                if _varied(text[d.start : d.end])
            )
        elif "asic " in lead:
            yield from _spans(_BASIC, text, PersonalKind.TOKEN, 1, max(start - 30, 0), end)
    for at in seen.assigns.tolist():
        yield from _after_sign(text, at)
    if len(text) < LONG_TALK:
        low = text.lower()
        for said in _SAID:
            at = low.find(said)
            while at >= 0:
                found = _SAYS.search(text, max(at - 8, 0), at + 180)
                if found is not None and (datum := _assigned(found)) is not None:
                    yield datum
                at = low.find(said, at + len(said))


def _after_sign(text: str, at: int) -> Iterator[PersonalDatum]:
    """What a colon or equals sign gives to a name; the password of a URL."""
    if text.startswith("//", at + 1):
        found = _URL.match(text, at)
        if found is not None and not _NOT_ONE.match(found.group(1)) and set(found.group(1)) - set("x*."):
            yield PersonalDatum(found.start(1), found.end(1), PersonalKind.PASSWORD)
        return
    before = text[max(at - 44, 0) : at]
    if not before.rstrip(" \"'").lower().endswith(_ENDS):
        return
    if (named := _NAMED.search(before)) is not None and (found := _GIVEN.match(text, at + 1)) is not None:
        datum = _assigned(found, named["name"])
        if datum is not None:
            yield datum


def _assigned(found: re.Match[str], name: str | None = None) -> PersonalDatum | None:
    quoted = bool(found["quote"]) and found["closed"] == found["quote"]
    value, start = found["value"], found.start("value")
    if not quoted:
        value = value.rstrip(".!?:\u3002\uff0c")
    named_password = re.fullmatch(_NAMES, name or found["name"], re.IGNORECASE) is not None
    if len(value) < 4 or _NOT_ONE.match(value) or (not named_password and not (len(value) >= 12 and _varied(value))):
        return None
    if not quoted and not _hard_to_guess(value):
        return None
    kind = PersonalKind.PASSWORD if named_password else PersonalKind.API_KEY
    return PersonalDatum(start, start + len(value), kind)


def _hard_to_guess(value: str) -> bool:
    """Whether it is no ordinary word or expression: at least two kinds of characters."""
    if "." in value and value.replace(".", "").replace("_", "").isalpha():
        return False
    kinds = any(map(str.isdigit, value)) + any(map(str.isupper, value[1:])) + any(not c.isalnum() for c in value)
    return kinds >= 1 and any(map(str.isalnum, value)) and not value.endswith("(")


def _varied(value: str) -> bool:
    return (
        len(set(value)) >= 8
        and any(map(str.isdigit, value))
        and not re.search("example|your|1234567", value, re.IGNORECASE)
    )


def _spans(
    form: re.Pattern[str], text: str, kind: PersonalKind, group: int, start: int, end: int
) -> Iterator[PersonalDatum]:
    for found in form.finditer(text, start, end):
        yield PersonalDatum(found.start(group), found.end(group), kind)
