"""Rules about risks, the second tier, and what checks were suspected of, in the database."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.precheck.risk.policy import Actions, RiskRule
from backend.precheck.risk.preview import Suspected
from backend.precheck.risk.tables import RiskGuardRow, RiskRuleRow
from backend.precheck.tables import PromptCheck
from shared.precheck import RiskCategory
from shared.risks import GuardSettings, PolicyAction

_SUSPECTED = """
SELECT c.family, c.plan, k.suspicions, count(*) AS checks FROM prompt_checks c CROSS JOIN LATERAL (
    SELECT jsonb_agg(DISTINCT jsonb_build_array(s->'category', s->'level', s->>'of' = 'brought')) AS suspicions
    FROM jsonb_array_elements(c.suspicions) AS s
) k
WHERE c.suspicions <> '[]'::jsonb AND c.request_id IS NOT NULL AND c.created_at > now() - :span
GROUP BY c.family, c.plan, k.suspicions
"""


def rule_of(row: RiskRuleRow) -> RiskRule:
    """A row as decisions use it."""
    return RiskRule(
        category=RiskCategory(row.category),
        actions=Actions(low=PolicyAction(row.low), medium=PolicyAction(row.medium), high=PolicyAction(row.high)),
        family=row.family,
        plan=row.plan,
    )


def guard_of(row: RiskGuardRow | None) -> GuardSettings:
    """The second tier as decisions use it; none without a row."""
    if row is None:
        return GuardSettings()
    facts = {
        "kind": row.kind,
        "provider": row.provider,
        "model": row.model,
        "format": row.format,
        "time_limit": row.time_limit_ms / 1000,
        "on_failure": row.on_failure,
    }
    return msgspec.convert(facts, GuardSettings)


async def rules(session: AsyncSession) -> Sequence[RiskRuleRow]:
    """All of them, by kind of risk, the least specific first."""
    query = select(RiskRuleRow).order_by(
        col(RiskRuleRow.category), col(RiskRuleRow.plan).nulls_first(), col(RiskRuleRow.family).nulls_first()
    )
    return (await session.exec(query)).all()


async def rule(session: AsyncSession, rule_id: UUID) -> RiskRuleRow | None:
    """One of them."""
    return (await session.exec(select(RiskRuleRow).where(RiskRuleRow.id == rule_id).with_for_update())).first()


async def locked_rule(
    session: AsyncSession, category: RiskCategory, family: str | None, plan: str | None
) -> RiskRuleRow | None:
    """The rule at one place."""
    query = select(RiskRuleRow).where(
        RiskRuleRow.category == category.value,
        col(RiskRuleRow.family).is_not_distinct_from(family),
        col(RiskRuleRow.plan).is_not_distinct_from(plan),
    )
    return (await session.exec(query.with_for_update())).first()


async def guard(session: AsyncSession) -> RiskGuardRow | None:
    """The second tier, if it was ever set."""
    return (await session.exec(select(RiskGuardRow))).first()


async def locked_guard(session: AsyncSession) -> RiskGuardRow | None:
    """The same, until the end of the transaction."""
    return (await session.exec(select(RiskGuardRow).with_for_update())).first()


async def suspected(session: AsyncSession, days: int) -> list[Suspected]:
    """What requests of the last days were suspected of, those alike together."""
    rows = await (await session.connection()).execute(text(_SUSPECTED), {"span": timedelta(days=days)})
    return [msgspec.convert(dict(row), Suspected) for row in rows.mappings()]


async def requests(session: AsyncSession, days: int) -> int:
    """Checks of requests of the last days."""
    query = select(func.count()).where(
        col(PromptCheck.request_id).is_not(None), col(PromptCheck.created_at) > func.now() - timedelta(days=days)
    )
    return (await session.exec(query)).one()
