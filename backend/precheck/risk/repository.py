"""Rules about risks in the database."""

from backend.precheck.risk.policy import Actions, RiskRule
from backend.precheck.risk.tables import RiskRuleRow
from shared.precheck import RiskCategory
from shared.risks import PolicyAction


def rule_of(row: RiskRuleRow) -> RiskRule:
    """A row as decisions use it."""
    return RiskRule(
        category=RiskCategory(row.category),
        actions=Actions(low=PolicyAction(row.low), medium=PolicyAction(row.medium), high=PolicyAction(row.high)),
        family=row.family,
        plan=row.plan,
    )
