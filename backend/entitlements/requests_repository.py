"""Plan requests in PostgreSQL, with the figures an admin decides by."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from backend.accounts.tables import User
from backend.entitlements.tables import Plan, PlanRequest, UserEntitlement
from backend.metering.tables import CostRecord, UsageRecord
from shared.plans import RequestStatus

DAYS = 30
ZERO = Decimal(0)
Standing = Literal["waiting", "decided"]


class Asked(NamedTuple):
    """A request with the plan it names and who decided it."""

    request: PlanRequest
    plan: Plan | None
    decider: str | None


class Asker(NamedTuple):
    """The person behind a request."""

    user: User
    entitlement: UserEntitlement
    plan: Plan


class Figures(NamedTuple):
    """What somebody used in the last 30 days; `by_day` holds the days that were used."""

    credits: Decimal
    raw_cost: Decimal
    calls: int
    by_day: dict[date, Decimal]


Asking = Select[PlanRequest, Plan, str]
NOTHING_USED = Figures(ZERO, ZERO, 0, {})


async def requests_of(
    session: AsyncSession, user_id: UUID, seen: tuple[datetime, UUID] | None, limit: int
) -> list[Asked]:
    """A person's own requests, newest first, after the one seen last."""
    query = _asked().where(PlanRequest.user_id == user_id)
    return await _newest_first(session, query, seen, limit)


async def waiting_of(session: AsyncSession, user_id: UUID) -> Sequence[PlanRequest]:
    """A person's undecided requests."""
    query = select(PlanRequest).where(PlanRequest.user_id == user_id, PlanRequest.status == RequestStatus.WAITING.value)
    return (await session.exec(query)).all()


async def list_requests(
    session: AsyncSession, standing: Standing | None, seen: tuple[datetime, UUID] | None, limit: int
) -> list[Asked]:
    """Everybody's requests, newest first, after the one seen last."""
    query = _asked()
    if standing == "waiting":
        query = query.where(PlanRequest.status == RequestStatus.WAITING.value)
    elif standing == "decided":
        decided = (RequestStatus.APPROVED.value, RequestStatus.DECLINED.value)
        query = query.where(col(PlanRequest.status).in_(decided))
    return await _newest_first(session, query, seen, limit)


async def asked(session: AsyncSession, request_id: UUID) -> Asked:
    """One request that exists."""
    return Asked(*(await session.exec(_asked().where(PlanRequest.id == request_id))).one())


async def locked_request(session: AsyncSession, request_id: UUID) -> PlanRequest | None:
    """A request that nobody else can decide until the unit of work ends."""
    return await session.get(PlanRequest, request_id, with_for_update=True, populate_existing=True)


async def askers(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, Asker]:
    """The people behind requests."""
    query = (
        select(User, UserEntitlement, Plan)
        .join(UserEntitlement, col(UserEntitlement.user_id) == col(User.id))
        .join(Plan, col(Plan.id) == col(UserEntitlement.plan_id))
        .where(col(User.id).in_(user_ids))
    )
    return {row[0].id: Asker(*row) for row in await session.exec(query)}


async def figures(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """What people used in the last 30 days; people who used nothing are left out."""
    first = _first_day()
    day = cast(func.timezone("UTC", col(UsageRecord.created_at)), Date)
    used = await session.exec(
        select(col(UsageRecord.user_id), day, func.sum(UsageRecord.display_units), func.count())
        .where(col(UsageRecord.user_id).in_(user_ids), col(UsageRecord.created_at) >= first)
        .group_by(col(UsageRecord.user_id), day)
    )
    cost = await session.exec(
        select(col(CostRecord.user_id), func.sum(CostRecord.raw_cost))
        .where(col(CostRecord.user_id).in_(user_ids), col(CostRecord.created_at) >= first)
        .group_by(col(CostRecord.user_id))
    )
    raw = dict(cost.all())
    found: dict[UUID, Figures] = {}
    for user_id, on, credits, calls in used:
        so_far = found.get(user_id, NOTHING_USED)
        found[user_id] = Figures(
            so_far.credits + credits, raw.get(user_id, ZERO), so_far.calls + calls, {**so_far.by_day, on: credits}
        )
    return found


async def today(session: AsyncSession) -> date:
    """The current day of the database's clock, UTC."""
    return (await session.exec(select(cast(func.timezone("UTC", func.now()), Date)))).one()


def _first_day() -> ColumnElement[datetime]:
    """The first moment of the 30 days that end with today, UTC."""
    midnight: ColumnElement[datetime] = func.date_trunc("day", func.now(), "UTC")
    return midnight - timedelta(days=DAYS - 1)


def _asked() -> Asking:
    decider = aliased(User)
    return (
        select(PlanRequest, Plan, col(decider.name))
        .outerjoin(Plan, col(Plan.id) == col(PlanRequest.plan_id))
        .outerjoin(decider, col(decider.id) == col(PlanRequest.decided_by))
    )


async def _newest_first(
    session: AsyncSession, query: Asking, seen: tuple[datetime, UUID] | None, limit: int
) -> list[Asked]:
    at = (col(PlanRequest.created_at), col(PlanRequest.id))
    if seen is not None:
        query = query.where(tuple_(*at) < seen)
    rows = await session.exec(query.order_by(*(column.desc() for column in at)).limit(limit))
    return [Asked(*row) for row in rows]
