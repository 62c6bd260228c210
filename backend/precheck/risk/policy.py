"""What is done about suspicions. Pure."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files

from msgspec import Struct, toml

from backend.precheck.risk.messages import message
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import Risk, RiskAction, RiskCategory, RiskLevel, RiskTier
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
        self.rules = tuple(rules)
        self._rules: Mapping[tuple[RiskCategory, str | None, str | None], Actions] = {
            (rule.category, rule.family, rule.plan): rule.actions for rule in rules
        }

    def actions(self, category: RiskCategory, *, family: str | None, plan: str | None) -> Actions:
        """The most specific rule: of plan and family, of the plan, of the family, of all, else the default."""
        for where in ((family, plan), (None, plan), (family, None), (None, None)):
            if (found := self._rules.get((category, *where))) is not None:
                return found
        return default_policies()[category]

    def wanted(self, suspicion: Suspicion, *, family: str | None, plan: str | None) -> PolicyAction:
        """What is to happen because of one suspicion."""
        return self.actions(suspicion.category, family=family, plan=plan).at(suspicion.level)

    def with_rule(self, rule: RiskRule) -> "RiskPolicy":
        """The same rules with this one, in place of that for the same family and plan."""
        key = (rule.category, rule.family, rule.plan)
        return RiskPolicy([*(r for r in self.rules if (r.category, r.family, r.plan) != key), rule])


class _Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    policies: dict[RiskCategory, Actions]


def judge(
    suspicions: Sequence[Suspicion],
    policy: RiskPolicy,
    *,
    family: str | None,
    plan: str | None,
    language: str | None,
    accept_language: str = "",
    tier: RiskTier = RiskTier.FIRST,
) -> Risk:
    """What happens to a prompt of these suspicions that goes to an assistant of `family` for somebody with `plan`.

    Where a guard is to be asked that has not answered, what is likely is warned of and what is unsure is allowed; what
    the guard itself found (`tier`) is blocked. Self-harm is answered with help in `language`, and for the
    country that `accept_language` names, also beside a refusal for another reason.
    """
    if not suspicions:
        return Risk(tier=tier)
    taken = [(s, _done(policy.wanted(s, family=family, plan=plan), s.level, tier)) for s in suspicions]
    action = max((done for _, done in taken), key=_ACTIONS.index)
    return Risk(
        level=max((s.level for s in suspicions), key=_LEVELS.index),
        categories=list(dict.fromkeys(s.category for s in suspicions)),
        action=action,
        message=message(taken, action, language, accept_language),
        tier=tier,
    )


def doubts(
    suspicions: Sequence[Suspicion], policy: RiskPolicy, *, family: str | None, plan: str | None
) -> frozenset[RiskCategory]:
    """The kinds of risk about which a guard is to be asked."""
    return frozenset(s.category for s in suspicions if policy.wanted(s, family=family, plan=plan) is PolicyAction.GUARD)


def left(
    suspicions: Sequence[Suspicion],
    policy: RiskPolicy,
    answered: Collection[RiskCategory],
    *,
    family: str | None,
    plan: str | None,
) -> tuple[Suspicion, ...]:
    """The suspicions that stand when a guard has said what it thinks of these kinds of risk."""
    return tuple(
        s
        for s in suspicions
        if s.category not in answered or policy.wanted(s, family=family, plan=plan) is not PolicyAction.GUARD
    )


def _done(wanted: PolicyAction, level: RiskLevel, tier: RiskTier) -> RiskAction:
    if wanted is not PolicyAction.GUARD:
        return RiskAction(wanted)
    if tier is RiskTier.GUARD and level is RiskLevel.HIGH:
        return RiskAction.BLOCK
    return RiskAction.ALLOW if level is RiskLevel.LOW else RiskAction.WARN


@cache
def default_policies() -> Mapping[RiskCategory, Actions]:
    """What Fairlead comes with. Raises `msgspec.ValidationError` for a file that is not of this shape."""
    text = files("backend.precheck.risk").joinpath("default_policies.toml").read_bytes()
    return toml.decode(text, type=_Defaults).policies
