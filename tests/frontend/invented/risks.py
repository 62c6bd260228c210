"""What the organisation does about risks."""

from datetime import datetime

from shared.precheck import RiskCategory
from shared.risks import GuardSettings, PolicyAction, RiskRule
from tests.frontend.invented import uid

ALLOW, WARN, GUARD, BLOCK = PolicyAction


def risk_rules(now: datetime) -> list[RiskRule]:
    """As shipped, but for sexual content on the Pro plan."""
    shipped = [
        RiskRule(id=None, category=category, family=None, plan=None, low=ALLOW, medium=WARN, high=BLOCK)
        for category in RiskCategory
    ]
    novelists = RiskRule(
        id=uid(90),
        category=RiskCategory.SEXUAL,
        family=None,
        plan="pro",
        low=ALLOW,
        medium=ALLOW,
        high=GUARD,
        updated_at=now,
    )
    return [*shipped, novelists]


def risk_guard() -> GuardSettings:
    """OpenAI's moderation."""
    return GuardSettings(kind="moderation", provider="openai", on_failure="closed", time_limit=1.5)
