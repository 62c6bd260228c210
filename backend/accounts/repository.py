"""People, their reset links and the counts of their failed sign-ins. All times are the database's."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.errors import EmailTaken, UnknownPlan
from backend.accounts.tables import Membership, Organisation, PasswordResetToken, SignInThrottle, User
from backend.accounts.tries import WINDOW, Count
from backend.columns import new_id
from backend.database import Database
from backend.entitlements.tables import CreditAccount, Plan, UserEntitlement
from shared.accounts import UserRole

LONG_AGO = date(1970, 1, 1)
RESET_LASTS = timedelta(hours=24)

_PURGE_RESETS = """
DELETE FROM password_resets WHERE id IN (
    SELECT id FROM password_resets WHERE expires_at < now() LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_PURGE_COUNTS = """
DELETE FROM sign_in_throttles WHERE key IN (
    SELECT key FROM sign_in_throttles WHERE greatest(first_failure_at + %s, paused_until) < now()
    LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING key
"""


async def create_person(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    password_hash: str | None,
    role: UserRole,
    plan: str,
    email_vouched: bool = True,
) -> User:
    """A person with a personal organisation, the plan of this slug and the current month's credits.

    `email` must be `emails.normalised`; `email_vouched`: somebody other than the person says that it is theirs.
    Raises `EmailTaken` and `UnknownPlan`; the unit of work is then void.
    """
    found = (await session.exec(select(col(Plan.id), col(Plan.monthly_credits)).where(col(Plan.slug) == plan))).first()
    if found is None:
        raise UnknownPlan(f"There is no plan {plan!r} for new people. An administrator must set FAIRLEAD_DEFAULT_PLAN.")
    plan_id, monthly_credits = found
    organisation = Organisation(id=new_id(), name=name, personal=True)
    session.add(organisation)
    await session.flush()
    user = User(
        id=new_id(),
        organisation_id=organisation.id,
        email=email,
        email_vouched=email_vouched,
        name=name,
        password_hash=password_hash,
        role=role.value,
    )
    session.add(user)
    try:
        await session.flush()
    except IntegrityError:
        raise EmailTaken(
            "There is an account with this email address already. Sign in, or ask an administrator for a reset link.",
            details={"field": "email"},
        ) from None
    session.add(Membership(organisation_id=organisation.id, user_id=user.id))
    session.add(UserEntitlement(user_id=user.id, plan_id=plan_id))
    session.add(CreditAccount(user_id=user.id, organisation_id=organisation.id, period=LONG_AGO, day=LONG_AGO))
    await session.flush()
    await _open_credit_period(session, user.id, monthly_credits)
    await session.refresh(user)
    return user


async def _open_credit_period(session: AsyncSession, user_id: UUID, monthly_credits: Decimal) -> None:
    await session.exec(select(func.open_credit_period(user_id, monthly_credits)))


async def person_by_email(session: AsyncSession, email: str) -> User | None:
    """The person with this normalised address."""
    return (await session.exec(select(User).where(col(User.email) == email))).first()


async def person(session: AsyncSession, user_id: UUID) -> User | None:
    """The person with this id."""
    return await session.get(User, user_id)


async def organisation_name(session: AsyncSession, organisation_id: UUID) -> str:
    """What an organisation is called."""
    return (await session.exec(select(col(Organisation.name)).where(col(Organisation.id) == organisation_id))).one()


async def replace_password(session: AsyncSession, user_id: UUID, verified: str, fresh: str) -> bool:
    """Locks a person whose password was verified and stores a hash; False when another was set meanwhile."""
    replaced = (
        update(User)
        .where(col(User.id) == user_id, col(User.password_hash) == verified)
        .values(password_hash=fresh)
        .returning(col(User.id))
    )
    return (await session.exec(replaced)).first() is not None


async def set_password(session: AsyncSession, user_id: UUID, password_hash: str) -> None:
    """Locks a person and stores a hash, whatever it was before."""
    await session.exec(update(User).where(col(User.id) == user_id).values(password_hash=password_hash))


async def add_reset(session: AsyncSession, user_id: UUID, token_hash: bytes) -> datetime:
    """A one-time link in place of any earlier one; says when it expires."""
    await void_resets(session, user_id)
    made = insert(PasswordResetToken).values(
        user_id=user_id, token_hash=token_hash, expires_at=func.now() + RESET_LASTS
    )
    expires_at: datetime = (await session.exec(made.returning(col(PasswordResetToken.expires_at)))).one()[0]
    return expires_at


async def person_to_reset(session: AsyncSession, token_hash: bytes) -> User | None:
    """Whose password a link may set; None when it was used, replaced or has expired."""
    wanted = select(User).join(PasswordResetToken, col(PasswordResetToken.user_id) == col(User.id))
    return (await session.exec(wanted.where(*_usable(token_hash)))).first()


async def use_reset(session: AsyncSession, token_hash: bytes) -> bool:
    """Uses a link up; False when somebody else did so first."""
    used = update(PasswordResetToken).where(*_usable(token_hash)).values(used_at=func.now())
    return (await session.exec(used.returning(col(PasswordResetToken.id)))).first() is not None


async def void_resets(session: AsyncSession, user_id: UUID) -> None:
    """Makes a person's unused links worthless."""
    unused = (col(PasswordResetToken.user_id) == user_id, col(PasswordResetToken.used_at).is_(None))
    await session.exec(update(PasswordResetToken).where(*unused).values(used_at=func.now()))


def _usable(token_hash: bytes) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PasswordResetToken.token_hash) == token_hash,
        col(PasswordResetToken.used_at).is_(None),
        col(PasswordResetToken.expires_at) > func.now(),
    )


async def locked_counts(session: AsyncSession, keys: Iterable[bytes]) -> tuple[datetime, dict[bytes, Count]]:
    """The time and the counts of these keys, locked in one order so that two at once take turns."""
    ordered = sorted(keys)
    rows = [{"key": key, "failures": 0, "first_failure_at": func.clock_timestamp()} for key in ordered]
    await session.exec(upsert(SignInThrottle).values(rows).on_conflict_do_nothing())
    counts = [await session.get(SignInThrottle, key, with_for_update=True) for key in ordered]
    now = (await session.exec(select(func.clock_timestamp()))).one()
    return now, {
        count.key: Count(count.failures, count.first_failure_at, count.paused_until) for count in counts if count
    }


async def store_counts(session: AsyncSession, counts: Mapping[bytes, Count]) -> None:
    """Writes counts that were locked before."""
    for key, count in counts.items():
        values = {"failures": count.failures, "first_failure_at": count.since, "paused_until": count.paused_until}
        await session.exec(
            upsert(SignInThrottle)
            .values(key=key, **values)
            .on_conflict_do_update(index_elements=[col(SignInThrottle.key)], set_=values)
        )


async def forget_count(session: AsyncSession, key: bytes) -> None:
    """Begins an account's count anew."""
    await session.exec(delete(SignInThrottle).where(col(SignInThrottle.key) == key))


async def purge(database: Database, limit: int) -> int:
    """Deletes up to `limit` reset links and as many counts that mean nothing any more; says how many."""
    resets = await database.call(_PURGE_RESETS, (limit,))
    counts = await database.call(_PURGE_COUNTS, (WINDOW, limit))
    return len(resets) + len(counts)
