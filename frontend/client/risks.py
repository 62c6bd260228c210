"""What is done about risks, by admins."""

from uuid import UUID

from frontend.client import http
from shared.paths import ADMIN
from shared.risks import GuardSettings, GuardWrite, RiskPreview, RiskRule, RiskRuleTried, RiskRuleWrite
from shared.wire import Page

_POLICIES, _GUARD = f"{ADMIN}/risk-policies", f"{ADMIN}/risk-guard"


def rules() -> list[RiskRule]:
    """One for each kind of risk, then the exceptions."""
    return http.call("GET", _POLICIES, Page[RiskRule]).items


def set_rule(rule: RiskRuleWrite) -> RiskRule:
    """Sets what is done at one place."""
    return http.call("PUT", _POLICIES, RiskRule, body=rule)


def remove_rule(rule_id: UUID, reason: str) -> None:
    """What is less specific applies again."""
    http.command("DELETE", f"{_POLICIES}/{rule_id}", query={"reason": reason})


def preview(rule: RiskRuleTried) -> RiskPreview:
    """What a rule would have changed in the last days."""
    return http.call("POST", f"{_POLICIES}/preview", RiskPreview, body=rule)


def guard() -> GuardSettings:
    """The second tier."""
    return http.call("GET", _GUARD, GuardSettings)


def set_guard(settings: GuardWrite) -> GuardSettings:
    """Sets the second tier."""
    return http.call("PUT", _GUARD, GuardSettings, body=settings)
