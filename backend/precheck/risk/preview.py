"""What a policy would have done to checks that were made before. Pure."""

from msgspec import Struct

from backend.precheck.risk.policy import RiskPolicy
from shared.precheck import RiskCategory, RiskLevel
from shared.risks import PolicyAction

_ACTIONS = list(PolicyAction)
_BROUGHT = {PolicyAction.BLOCK, PolicyAction.GUARD}


class Suspected(Struct, frozen=True):
    """Checks that were suspected of the same, with whether words that were brought along were."""

    family: str | None
    plan: str | None
    suspicions: tuple[tuple[RiskCategory, RiskLevel, bool], ...]
    checks: int


def strongest(seen: Suspected, policy: RiskPolicy) -> PolicyAction:
    """What the first tier would do; what was merely brought along is never only warned of."""
    found = PolicyAction.ALLOW
    for category, level, brought in seen.suspicions:
        action = policy.actions(category, family=seen.family, plan=seen.plan).at(level)
        if not brought or action in _BROUGHT:
            found = max(found, action, key=_ACTIONS.index)
    return found
