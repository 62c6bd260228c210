"""How dangerous carrying a prompt out would be, what happens because of it, and what the person is told."""

from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from backend.precheck import hazards, lexicon
from backend.precheck.hazards import Hazard
from backend.precheck.reading import Reading
from backend.precheck.secrets import holds_secret
from shared.precheck import Risk, RiskAction, RiskCategory, RiskLevel

_LEVELS = list(RiskLevel)
_ACTIONS = list(RiskAction)
_SECRET = Hazard(
    name="secret",
    category=RiskCategory.SECRET,
    level=RiskLevel.MEDIUM,
    action=RiskAction.WARN,
    signal="Holds a live key",
    message="Looks like it holds a live key.",
    patterns=(),
)


class _Support(Struct, frozen=True):
    messages: dict[str, str]


def assess(reading: Reading, language: str | None) -> tuple[Risk, tuple[str, ...]]:
    """The risk of the whole text, and its signals in words.

    Self-harm is answered with help in `language`, also beside a refusal for another reason.
    """
    found = hazards.find(reading.tokens)
    if holds_secret(reading.text):
        found = (*found, _SECRET)
    if not found:
        return Risk(), ()
    action = max((h.action for h in found), key=_ACTIONS.index)
    return Risk(
        level=max((h.level for h in found), key=_LEVELS.index),
        categories=list(dict.fromkeys(h.category for h in found)),
        action=action,
        message=_message(found, action, language),
    ), tuple(h.signal for h in found)


def _message(found: Sequence[Hazard], action: RiskAction, language: str | None) -> str:
    support = ""
    if any(h.category is RiskCategory.SELF_HARM for h in found):
        messages = _support()
        support = messages.get(language or "en", messages["en"])
    if support and action is not RiskAction.BLOCK:
        return support
    gravest = max((h for h in found if h.action is action), key=lambda h: _LEVELS.index(h.level))
    return f"{gravest.message} {support}".strip()


@cache
def _support() -> dict[str, str]:
    return lexicon.load("support", _Support).messages
