"""Plans, entitlements and credits in PostgreSQL."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Numeric, column, func, or_
from sqlalchemy.sql.functions import Function
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import User
from backend.entitlements.tables import CreditAccount, LedgerEntry, Plan, UserEntitlement

ZERO = Decimal(0)


class Credits(NamedTuple):
    """An account in the current period. What can be spent is `balance - held`."""

    balance: Decimal
    held: Decimal
    granted: Decimal


async def plan_slugs(session: AsyncSession) -> set[str]:
    """Every plan there is."""
    return set((await session.exec(select(Plan.slug))).all())


async def plans(session: AsyncSession) -> Sequence[Plan]:
    """Every plan, the lowest first."""
    return (await session.exec(select(Plan).order_by(col(Plan.rank), col(Plan.slug)))).all()


async def find_plan(session: AsyncSession, id_or_slug: str) -> Plan | None:
    """A plan by its id or slug."""
    try:
        named = or_(col(Plan.id) == UUID(id_or_slug), col(Plan.slug) == id_or_slug)
    except ValueError:
        named = col(Plan.slug) == id_or_slug
    return (await session.exec(select(Plan).where(named))).first()


async def locked_plan(session: AsyncSession, plan_id: UUID) -> Plan | None:
    """A plan that nobody else can change until the unit of work ends."""
    return await session.get(Plan, plan_id, with_for_update=True, populate_existing=True)


async def locked_entitlement(session: AsyncSession, user_id: UUID) -> tuple[UserEntitlement, Plan] | None:
    """A person's entitlement, which nobody else can change until the unit of work ends, and its plan.

    Two statements: a join would drop the row when somebody else changed its plan while this one waited.
    """
    lock = select(UserEntitlement).where(UserEntitlement.user_id == user_id).with_for_update()
    row = (await session.exec(lock.execution_options(populate_existing=True))).first()
    if row is None:
        return None
    return row, (await session.exec(select(Plan).where(Plan.id == row.plan_id))).one()


async def list_entitlements(
    session: AsyncSession, user_id: UUID | None, seen: UUID | None, limit: int
) -> Sequence[tuple[UserEntitlement, Plan]]:
    """Entitlements by id, after the one seen last; of one person if one is named."""
    query = select(UserEntitlement, Plan).join(Plan).order_by(col(UserEntitlement.id)).limit(limit)
    if user_id is not None:
        query = query.where(UserEntitlement.user_id == user_id)
    if seen is not None:
        query = query.where(col(UserEntitlement.id) > seen)
    return (await session.exec(query)).all()


async def email_of(session: AsyncSession, user_id: UUID) -> str:
    """A person's address."""
    return (await session.exec(select(User.email).where(User.id == user_id))).one()


async def open_period(session: AsyncSession, user_id: UUID, monthly: Decimal) -> Credits:
    """The account, locked, in the current period; opening it grants `monthly`."""
    return await _account(session, func.open_credit_period(user_id, monthly))


async def move_credits(
    session: AsyncSession, user_id: UUID, *, monthly: Decimal, kind: str, amount: Decimal, reason: str
) -> Credits:
    """Gives credits, or takes back as far as nothing is overdrawn."""
    return await _account(session, func.move_credits(user_id, monthly, kind, amount, reason))


async def granted_by_plans(session: AsyncSession, user_id: UUID) -> Decimal:
    """What plans have granted in the period that is open, without what admins gave or took."""
    query = select(func.coalesce(func.sum(LedgerEntry.amount), ZERO)).where(
        LedgerEntry.user_id == user_id,
        LedgerEntry.kind == "grant",
        func.timezone("UTC", col(LedgerEntry.created_at))
        >= select(col(CreditAccount.period)).where(CreditAccount.user_id == user_id).scalar_subquery(),
    )
    return (await session.exec(query)).one()


async def _account(session: AsyncSession, call: Function[Any]) -> Credits:
    balance, held, granted = column("balance", Numeric()), column("held", Numeric()), column("granted", Numeric())
    account = call.table_valued(*Credits._fields)
    return Credits(*(await session.exec(select(balance, held, granted).select_from(account))).one())
