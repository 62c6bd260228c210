"""What is done about suspicions, and what the person is told. Pure."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from msgspec import Struct, toml

from backend.precheck import lexicon
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import Risk, RiskAction, RiskCategory, RiskLevel
from shared.risks import PolicyAction

_LEVELS = list(RiskLevel)
_ACTIONS = list(RiskAction)


class Actions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens at each level."""

    low: PolicyAction
    medium: PolicyAction
    high: PolicyAction

    def at(self, level: RiskLevel) -> PolicyAction:
        """What happens at one."""
        by_level = {RiskLevel.LOW: self.low, RiskLevel.MEDIUM: self.medium, RiskLevel.HIGH: self.high}
        return by_level.get(level, PolicyAction.ALLOW)


class RiskRule(Struct, frozen=True, kw_only=True):
    """What an admin wants done about one kind of risk; of every family and plan where none is named."""

    category: RiskCategory
    actions: Actions
    family: str | None = None
    plan: str | None = None


class RiskPolicy:
    """The rules of an installation over those that Fairlead comes with."""

    def __init__(self, rules: Sequence[RiskRule] = ()) -> None:
        self._rules: Mapping[tuple[RiskCategory, str | None, str | None], Actions] = {
            (rule.category, rule.family, rule.plan): rule.actions for rule in rules
        }

    def actions(self, category: RiskCategory, *, family: str | None, plan: str | None) -> Actions:
        """The most specific rule: of plan and family, of the plan, of the family, of all, else the default."""
        for where in ((family, plan), (None, plan), (family, None), (None, None)):
            if (found := self._rules.get((category, *where))) is not None:
                return found
        return default_policies()[category]


class _Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    policies: dict[RiskCategory, Actions]


class _Support(Struct, frozen=True):
    messages: dict[str, str]


class _Messages(Struct, frozen=True):
    block: dict[RiskCategory, str]
    warn: dict[RiskCategory, str]


def judge(
    suspicions: Sequence[Suspicion],
    policy: RiskPolicy,
    *,
    family: str | None,
    plan: str | None,
    language: str | None,
) -> Risk:
    """What happens to a prompt of these suspicions that goes to an assistant of `family` for somebody with `plan`.

    What a guard should be asked about is warned of while it has not answered, if it is at least likely. Self-harm is
    answered with help in `language`, also beside a refusal for another reason.
    """
    if not suspicions:
        return Risk()
    taken = [(s, _done(policy.actions(s.category, family=family, plan=plan).at(s.level), s.level)) for s in suspicions]
    action = max((done for _, done in taken), key=_ACTIONS.index)
    return Risk(
        level=max((s.level for s in suspicions), key=_LEVELS.index),
        categories=list(dict.fromkeys(s.category for s in suspicions)),
        action=action,
        message=_message([s for s, done in taken if done is action], action, _help(taken, language)),
    )


def _done(wanted: PolicyAction, level: RiskLevel) -> RiskAction:
    if wanted is PolicyAction.GUARD:
        return RiskAction.ALLOW if level is RiskLevel.LOW else RiskAction.WARN
    return RiskAction(wanted)


def _help(taken: Sequence[tuple[Suspicion, RiskAction]], language: str | None) -> str:
    if any(s.category is RiskCategory.SELF_HARM and done is not RiskAction.ALLOW for s, done in taken):
        messages = _support()
        return messages.get(language or "en", messages["en"])
    return ""


def _message(found: Sequence[Suspicion], action: RiskAction, support: str) -> str:
    if action is RiskAction.ALLOW:
        return ""
    if support and action is RiskAction.WARN:
        return support
    others = [s for s in found if s.category is not RiskCategory.SELF_HARM]
    if not others:
        return f"This will not be sent. {support}"
    gravest = max(others, key=lambda s: _LEVELS.index(s.level))
    texts = _messages().block if action is RiskAction.BLOCK else _messages().warn
    return f"{texts[gravest.category]} {support}".strip()


@cache
def default_policies() -> Mapping[RiskCategory, Actions]:
    """What Fairlead comes with. Raises `msgspec.ValidationError` for a file that is not of this shape."""
    text = files("backend.precheck.risk").joinpath("default_policies.toml").read_bytes()
    return toml.decode(text, type=_Defaults).policies


@cache
def _support() -> dict[str, str]:
    return lexicon.load("support", _Support).messages


@cache
def _messages() -> _Messages:
    return lexicon.load("risk_messages", _Messages)
