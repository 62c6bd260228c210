"""People as the admin desk sees them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Numeric, cast, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import User
from backend.entitlements.tables import CreditAccount, Plan, UserEntitlement
from backend.metering.tables import CostRecord

MONTH = timedelta(days=30)
ZERO = Decimal(0)
Order = Literal["created", "raw_cost", "credits"]


class Figures(NamedTuple):
    """What somebody used in the last 30 days."""

    raw_cost: Decimal
    credits: Decimal
    calls: int


class Listed(NamedTuple):
    """A person with plan, account and figures. `month` is the first day of the current one, UTC."""

    user: User
    entitlement: UserEntitlement
    plan: Plan
    account: CreditAccount
    used: Figures
    month: date


async def has_admin(session: AsyncSession) -> bool:
    """Whether anybody can administer."""
    query = select(User.id).where(User.role == "admin", ~col(User.suspended)).limit(1)
    return (await session.exec(query)).first() is not None


async def locked_admins(session: AsyncSession) -> set[UUID]:
    """Everybody who can administer; none of them can be changed until the unit of work ends."""
    query = select(User.id).where(User.role == "admin", ~col(User.suspended)).order_by(col(User.id)).with_for_update()
    return set((await session.exec(query)).all())


async def locked_user(session: AsyncSession, user_id: UUID) -> User | None:
    """A person that nobody else can change until the unit of work ends."""
    return await session.get(User, user_id, with_for_update=True, populate_existing=True)


async def newest(session: AsyncSession, pattern: str | None, seen: UUID | None, limit: int) -> list[Listed]:
    """People whose address or name matches, the newest first, after the one seen last."""
    query = select(User.id).where(*_matching(pattern)).order_by(col(User.id).desc()).limit(limit)
    if seen is not None:
        query = query.where(col(User.id) < seen)
    return await _listed(session, (await session.exec(query)).all())


async def heaviest(
    session: AsyncSession,
    pattern: str | None,
    order: Literal["raw_cost", "credits"],
    seen: tuple[Decimal, UUID] | None,
    limit: int,
) -> list[Listed]:
    """People whose address or name matches, those who used most in 30 days first, after the one seen last."""
    amount = CostRecord.raw_cost if order == "raw_cost" else CostRecord.charged
    sums = (
        select(col(CostRecord.user_id), func.sum(amount).label("amount"))
        .where(col(CostRecord.created_at) > func.now() - MONTH)
        .group_by(col(CostRecord.user_id))
        .subquery()
    )
    key = (func.coalesce(sums.c.amount, cast(0, Numeric)), col(User.id))
    query = select(User.id).outerjoin(sums, sums.c.user_id == col(User.id)).where(*_matching(pattern))
    if seen is not None:
        query = query.where(tuple_(*key) < seen)
    query = query.order_by(*(part.desc() for part in key)).limit(limit)
    return await _listed(session, (await session.exec(query)).all())


async def one_user(session: AsyncSession, user_id: UUID) -> Listed | None:
    """One person as the lists give them."""
    return next(iter(await _listed(session, [user_id])), None)


def _matching(pattern: str | None) -> tuple[ColumnElement[bool], ...]:
    if pattern is None:
        return ()
    return (or_(col(User.email).ilike(pattern), col(User.name).ilike(pattern)),)


async def _listed(session: AsyncSession, user_ids: Sequence[UUID]) -> list[Listed]:
    """People with all that belongs to them, in the order of the ids."""
    people = await session.exec(
        select(User, UserEntitlement, Plan, CreditAccount)
        .join(UserEntitlement, col(UserEntitlement.user_id) == col(User.id))
        .join(Plan, col(Plan.id) == col(UserEntitlement.plan_id))
        .join(CreditAccount, col(CreditAccount.user_id) == col(User.id))
        .where(col(User.id).in_(user_ids))
    )
    used = await session.exec(
        select(col(CostRecord.user_id), func.sum(CostRecord.raw_cost), func.sum(CostRecord.charged), func.count())
        .where(col(CostRecord.user_id).in_(user_ids), col(CostRecord.created_at) > func.now() - MONTH)
        .group_by(col(CostRecord.user_id))
    )
    figures = {user_id: Figures(raw, credits, calls) for user_id, raw, credits, calls in used}
    month = (await session.exec(select(cast(func.date_trunc("month", func.timezone("UTC", func.now())), Date)))).one()
    found = {row[0].id: Listed(*row, figures.get(row[0].id, Figures(ZERO, ZERO, 0)), month) for row in people}
    return [found[user_id] for user_id in user_ids if user_id in found]
