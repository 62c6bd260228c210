"""What a person is told about a risk. Pure."""

from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from backend.precheck import lexicon
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import RiskAction, RiskCategory, RiskLevel

_LEVELS = list(RiskLevel)


class _Support(Struct, frozen=True):
    messages: dict[str, str]


class _Messages(Struct, frozen=True):
    block: dict[RiskCategory, str]
    warn: dict[RiskCategory, str]


def message(
    taken: Sequence[tuple[Suspicion, RiskAction]], action: RiskAction, language: str | None, country: str | None
) -> str:
    """What `action`, the gravest of those taken, is explained with; nothing when it is to allow."""
    if action is RiskAction.ALLOW:
        return ""
    support = _help(taken, language, country)
    if support and action is RiskAction.WARN:
        return support
    others = [s for s, done in taken if done is action and s.category is not RiskCategory.SELF_HARM]
    if not others:
        return f"This will not be sent. {support}"
    gravest = max(others, key=lambda s: _LEVELS.index(s.level))
    texts = _messages().block if action is RiskAction.BLOCK else _messages().warn
    return f"{texts[gravest.category]} {support}".strip()


def _help(taken: Sequence[tuple[Suspicion, RiskAction]], language: str | None, country: str | None) -> str:
    if any(s.category is RiskCategory.SELF_HARM and done is not RiskAction.ALLOW for s, done in taken):
        return support(language, country)
    return ""


def support(language: str | None, country: str | None) -> str:
    """Words for somebody who speaks of suicide or self-harm, with whom to call."""
    messages = _support().messages
    return messages.get(language or "en", messages["en"])


@cache
def _support() -> _Support:
    return lexicon.load("support", _Support)


@cache
def _messages() -> _Messages:
    return lexicon.load("risk_messages", _Messages)
