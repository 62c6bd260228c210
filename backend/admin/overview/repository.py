"""The figures of the desk's first screen."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import User
from backend.admin.calls.repository import fell_back
from backend.catalogue.tables import Model, ModelPrice, ModelProvider
from backend.entitlements.tables import PlanRequest
from backend.metering.tables import CostRecord, Hold, ModelCall
from backend.precheck.tables import PromptCheck
from shared.admin import ExpensiveUser
from shared.precheck import RiskAction

DAY = timedelta(hours=24)
MONTH = timedelta(days=30)
QUARTER_HOUR = timedelta(minutes=15)
EXPENSIVE = 5
ZERO = Decimal(0)


class Traffic(NamedTuple):
    """Requests of the last 24 hours."""

    calls: int
    failed: int
    fell_back: int


class ProviderFigures(NamedTuple):
    """Attempts at one provider in the last 15 minutes; times in ms, of attempts that were answered."""

    calls: int
    failed: int
    latency_p50: float | None
    latency_p95: float | None
    first_token_p95: float | None


class Waiting(NamedTuple):
    """Undecided plan requests."""

    requests: int
    oldest: datetime | None


async def traffic(session: AsyncSession) -> Traffic:
    """Settled requests of the last 24 hours."""
    query = select(
        func.count(),
        func.count().filter(col(ModelCall.status) == "failed"),
        func.count().filter(fell_back()),
    ).where(col(ModelCall.final), col(ModelCall.purpose) == "answer", col(ModelCall.created_at) > func.now() - DAY)
    return Traffic(*(await session.exec(query)).one())


async def costs(session: AsyncSession) -> tuple[Decimal, Decimal]:
    """Raw cost and charged credits of the last 24 hours."""
    query = select(
        func.coalesce(func.sum(CostRecord.raw_cost), ZERO), func.coalesce(func.sum(CostRecord.charged), ZERO)
    ).where(col(CostRecord.created_at) > func.now() - DAY)
    return (await session.exec(query)).one()


async def blocked(session: AsyncSession) -> int:
    """Prompts that the risk rules blocked in the last 24 hours."""
    query = select(func.count()).where(
        PromptCheck.risk_action == RiskAction.BLOCK.value, col(PromptCheck.created_at) > func.now() - DAY
    )
    return (await session.exec(query)).one()


async def active_requests(session: AsyncSession) -> int:
    """Requests that a living process carries out now."""
    query = select(func.count()).where(col(Hold.lease_until) > func.now())
    return (await session.exec(query)).one()


async def users(session: AsyncSession) -> int:
    """People with an account."""
    return (await session.exec(select(func.count()).select_from(User))).one()


async def waiting(session: AsyncSession) -> Waiting:
    """Plan requests that wait for an answer."""
    query = select(func.count(), func.min(PlanRequest.created_at)).where(PlanRequest.status == "waiting")
    return Waiting(*(await session.exec(query)).one())


async def expensive_users(session: AsyncSession) -> list[ExpensiveUser]:
    """Those with the largest raw cost in the last 30 days."""
    raw_cost = func.sum(CostRecord.raw_cost)
    dearest = (
        select(
            col(CostRecord.user_id),
            raw_cost,
            func.sum(CostRecord.charged),
            func.count().filter(col(CostRecord.purpose) == "answer"),
        )
        .where(col(CostRecord.created_at) > func.now() - MONTH)
        .group_by(col(CostRecord.user_id))
        .order_by(raw_cost.desc(), col(CostRecord.user_id))
        .limit(EXPENSIVE)
    )
    rows = (await session.exec(dearest)).all()
    emails = dict(
        (
            await session.exec(
                select(col(User.id), col(User.email)).where(col(User.id).in_([user_id for user_id, *_ in rows]))
            )
        ).all()
    )
    return [
        ExpensiveUser(user_id=user_id, email=emails[user_id], raw_cost=cost, credits=credits, calls=calls)
        for user_id, cost, credits, calls in rows
        if user_id in emails
    ]


async def provider_figures(session: AsyncSession) -> dict[str, ProviderFigures]:
    """Attempts of the last 15 minutes, by the provider's name."""
    answered = col(ModelCall.status) == "answered"
    first_token = col(ModelCall.first_token_ms) - col(ModelCall.started_ms)
    query = (
        select(
            col(ModelCall.provider),
            func.json_build_array(func.count(), func.count().filter(col(ModelCall.status) == "failed")),
            func.percentile_cont([0.5, 0.95]).within_group(col(ModelCall.latency_ms)).filter(answered),
            func.percentile_cont(0.95).within_group(first_token).filter(answered),
        )
        .where(col(ModelCall.created_at) > func.now() - QUARTER_HOUR)
        .group_by(col(ModelCall.provider))
    )
    found: dict[str, ProviderFigures] = {}
    for provider, (calls, failed), latencies, first in await session.exec(query):
        p50, p95 = latencies or (None, None)
        found[provider] = ProviderFigures(calls, failed, p50, p95, first)
    return found


async def priced_before(session: AsyncSession, age: timedelta) -> list[str]:
    """Active models of providers that charge, whose newest price is older than `age`, by display name."""
    newest = (
        select(col(ModelPrice.model_id), func.max(ModelPrice.created_at).label("at"))
        .group_by(col(ModelPrice.model_id))
        .subquery()
    )
    query = (
        select(col(Model.display_name))
        .join(newest, newest.c.model_id == col(Model.id))
        .join(ModelProvider, col(ModelProvider.id) == col(Model.provider_id))
        .where(col(Model.active), col(ModelProvider.needs_key), newest.c.at < func.now() - age)
        .order_by(col(Model.display_name))
    )
    return list((await session.exec(query)).all())


async def now(session: AsyncSession) -> datetime:
    """The database's clock."""
    return (await session.exec(select(func.now()))).one()
