"""What a person is told about a risk. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import RiskAction, RiskCategory, RiskLevel

_LEVELS = list(RiskLevel)
_MOST_HEADER = 200
_LOCALE = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?(?![A-Za-z0-9-])")


class _Support(Struct, frozen=True):
    messages: dict[str, str]
    countries: dict[str, str]


class _Messages(Struct, frozen=True):
    block: dict[RiskCategory, str]
    warn: dict[RiskCategory, str]


def message(
    taken: Sequence[tuple[Suspicion, RiskAction]], action: RiskAction, language: str | None, accept_language: str
) -> str:
    """What `action`, the gravest of those taken, is explained with; nothing when it is to allow."""
    if action is RiskAction.ALLOW:
        return ""
    support = _help(taken, language, accept_language)
    if support and action is RiskAction.WARN:
        return support
    others = [s for s, done in taken if done is action and s.category is not RiskCategory.SELF_HARM]
    if not others:
        return f"This will not be sent. {support}"
    gravest = max(others, key=lambda s: _LEVELS.index(s.level))
    texts = _messages().block if action is RiskAction.BLOCK else _messages().warn
    return f"{texts[gravest.category]} {support}".strip()


def _help(taken: Sequence[tuple[Suspicion, RiskAction]], language: str | None, accept_language: str) -> str:
    if any(s.category is RiskCategory.SELF_HARM and done is not RiskAction.ALLOW for s, done in taken):
        return support(language, accept_language)
    return ""


def support(language: str | None, accept_language: str = "") -> str:
    """Words for somebody who speaks of suicide or self-harm, with whom to call.

    In the language of the words, else in the first that the header names; with a line of the country that it names.
    """
    known = _support()
    wanted = list(_LOCALE.finditer(accept_language[:_MOST_HEADER]))
    languages = (language, *(locale[1].lower() for locale in wanted), "en")
    text = next(known.messages[name] for name in languages if name in known.messages)
    country = next((locale[2].upper() for locale in wanted if locale[2] is not None), "")
    line = known.countries.get(country, "")
    number = line.rpartition(": ")[2]
    return f"{text} {line}." if line and number not in text else text


@cache
def _support() -> _Support:
    return lexicon.load("support", _Support)


@cache
def _messages() -> _Messages:
    return lexicon.load("risk_messages", _Messages)
