"""API keys in PostgreSQL. All times are the database's."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Date, cast, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.identity import Identity, KeyFacts
from backend.accounts.sessions.repository import Found
from backend.accounts.tables import ApiKey, ApiKeyMonth, ApiKeySecret, User
from backend.database import Database
from shared.accounts import UserRole
from shared.api_keys import KeyLimits, Scope
from shared.plans import Overrides

_overrides = msgspec.json.Decoder(Overrides)
_scopes = msgspec.json.Decoder(frozenset[Scope])
_models = msgspec.json.Decoder(frozenset[str] | None)
_limits = msgspec.json.Decoder(KeyLimits)

_BY_SECRET = """
SELECT k.id, k.user_id, k.organisation_id, u.email, u.name, u.version, e.plan_id, e.overrides::text, k.scopes::text,
    coalesce(k.allowed_models::text, 'null'), k.limits::text, k.monthly_credits,
    extract(epoch FROM least(k.expires_at, s.ends_at) - now())::float8
FROM api_key_secrets s JOIN api_keys k ON k.id = s.api_key_id
JOIN users u ON u.id = k.user_id AND u.organisation_id = k.organisation_id
JOIN user_entitlements e ON e.user_id = k.user_id
WHERE s.hash = %s AND k.revoked_at IS NULL AND NOT u.suspended
    AND (k.expires_at IS NULL OR k.expires_at > now()) AND (s.ends_at IS NULL OR s.ends_at > now())
"""

_TOUCH = """
WITH used AS (
    SELECT id FROM api_keys
    WHERE id = ANY(%s) AND (last_used_at IS NULL OR last_used_at < now() - interval '50 seconds')
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE api_keys k SET last_used_at = now() FROM used WHERE k.id = used.id RETURNING k.id
"""

_PURGE = """
DELETE FROM api_key_secrets WHERE hash IN (
    SELECT hash FROM api_key_secrets WHERE ends_at < now() - interval '1 day' LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING hash
"""


class Listed(NamedTuple):
    """A key with what it spent this month, when its last rotated-out secret ends, its person, and the time."""

    key: ApiKey
    credits: Decimal
    earlier_until: datetime | None
    email: str
    now: datetime


async def identity_by_secret(database: Database, digest: bytes) -> Found | None:
    """Whom a key's secret stands for; None when unknown, rotated out, expired, revoked, or its person suspended."""
    rows = await database.call(_BY_SECRET, (digest,))
    if not rows:
        return None
    key_id, user_id, organisation_id, email, name, version, plan_id, overrides, *facts, seconds = rows[0]
    scopes, models, limits, monthly_credits = facts
    key = KeyFacts(
        id=key_id,
        scopes=_scopes.decode(scopes),
        allowed_models=_models.decode(models),
        limits=_limits.decode(limits),
        monthly_credits=monthly_credits,
    )
    identity = Identity(
        user_id=user_id,
        organisation_id=organisation_id,
        email=email,
        name=name,
        role=UserRole.USER,
        version=version,
        plan_id=plan_id,
        overrides=_overrides.decode(overrides),
        session_id=key_id,
        credential="key",
        caller=key_id,
        key=key,
    )
    return Found(identity, math.inf if seconds is None else seconds)


async def keep_others_out(session: AsyncSession, user_id: UUID) -> None:
    """Nobody else adds a key of this person until the unit of work ends."""
    await session.exec(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


async def living(session: AsyncSession, user_id: UUID) -> int:
    """How many keys somebody has that are not revoked."""
    query = select(func.count()).where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
    return (await session.exec(query)).one()


async def is_taken(session: AsyncSession, key: ApiKey, name: str) -> bool:
    """Whether another key of the same person, one that is not revoked, has this name."""
    query = select(ApiKey.id).where(
        ApiKey.organisation_id == key.organisation_id,
        ApiKey.user_id == key.user_id,
        ApiKey.name == name,
        ApiKey.id != key.id,
        col(ApiKey.revoked_at).is_(None),
    )
    return (await session.exec(query.limit(1))).first() is not None


async def add_secret(session: AsyncSession, key_id: UUID, digest: bytes) -> None:
    """The newest secret of a key."""
    await session.exec(insert(ApiKeySecret).values(hash=digest, api_key_id=key_id))


async def end_secrets(session: AsyncSession, key_id: UUID, overlap: timedelta) -> None:
    """Every secret of a key ends after the overlap, or earlier if that was said before."""
    ends = func.least(col(ApiKeySecret.ends_at), func.now() + overlap)
    await session.exec(update(ApiKeySecret).where(col(ApiKeySecret.api_key_id) == key_id).values(ends_at=ends))


async def good_secrets(session: AsyncSession, key_id: UUID) -> int:
    """How many secrets of a key are good now."""
    query = select(func.count()).where(col(ApiKeySecret.api_key_id) == key_id, _is_good())
    return (await session.exec(query)).one()


async def locked_key(session: AsyncSession, key_id: UUID, owner: Identity | None) -> ApiKey | None:
    """A key that nobody else can change until the unit of work ends; None when it is not the owner's, if one is given.

    Its person is locked first, as every change of a key changes what the person is known by.
    """
    query = select(ApiKey).where(ApiKey.id == key_id, *_of(owner))
    found = (await session.exec(query)).first()
    if found is None:
        return None
    await keep_others_out(session, found.user_id)
    again = select(ApiKey).where(ApiKey.id == key_id).with_for_update(key_share=True)
    return (await session.exec(again, execution_options={"populate_existing": True})).first()


async def now(session: AsyncSession) -> datetime:
    """The time of the unit of work."""
    return (await session.exec(select(func.now()))).one()


async def one_key(session: AsyncSession, key_id: UUID, owner: Identity | None = None) -> Listed | None:
    """A key as lists give it; None when it is not the owner's, if one is given."""
    return next(iter(await _listed(session, [ApiKey.id == key_id, *_of(owner)], 1)), None)


async def keys_of(session: AsyncSession, owner: Identity, seen: UUID | None, limit: int) -> list[Listed]:
    """A person's keys that are not revoked, newest first, after the one seen last."""
    return await _listed(session, [*_of(owner), col(ApiKey.revoked_at).is_(None), *_after(seen)], limit)


async def all_keys(session: AsyncSession, user_id: UUID | None, seen: UUID | None, limit: int) -> list[Listed]:
    """Everybody's or one person's keys, also those that are revoked, newest first, after the one seen last."""
    whose = [] if user_id is None else [col(ApiKey.user_id) == user_id]
    return await _listed(session, [*whose, *_after(seen)], limit)


async def due_for_renewal(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Keys that are to last longer now."""
    query = (
        select(ApiKey.id)
        .join(User, col(User.id) == col(ApiKey.user_id))
        .where(*_is_due(), ~col(User.suspended))
        .order_by(col(ApiKey.expires_at))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def is_due(session: AsyncSession, key_id: UUID) -> bool:
    """Whether a key that is locked is still to last longer."""
    return (await session.exec(select(ApiKey.id).where(ApiKey.id == key_id, *_is_due()))).first() is not None


async def touch(database: Database, key_ids: list[UUID]) -> None:
    """Notes that keys are in use; what was noted within a minute is left alone."""
    await database.call(_TOUCH, (key_ids,))


async def purge(database: Database, limit: int) -> int:
    """Deletes up to `limit` secrets that ended a day ago; says how many."""
    return len(await database.call(_PURGE, (limit,)))


def _of(owner: Identity | None) -> list[ColumnElement[bool]]:
    if owner is None:
        return []
    return [col(ApiKey.user_id) == owner.user_id, col(ApiKey.organisation_id) == owner.organisation_id]


def _after(seen: UUID | None) -> list[ColumnElement[bool]]:
    return [] if seen is None else [col(ApiKey.id) < seen]


def _is_due() -> list[ColumnElement[bool]]:
    lead = func.make_interval(0, 0, 0, col(ApiKey.renewal_lead_days))
    expires = col(ApiKey.expires_at)
    return [
        col(ApiKey.renewal_days).is_not(None),
        col(ApiKey.revoked_at).is_(None),
        expires > func.now(),
        expires <= func.now() + lead,
    ]


def _is_good() -> Any:
    ends = col(ApiKeySecret.ends_at)
    return ends.is_(None) | (ends > func.now())


async def _listed(session: AsyncSession, which: Sequence[Any], limit: int) -> list[Listed]:
    month = cast(func.date_trunc("month", func.timezone("UTC", func.now())), Date)
    spent = (
        select(col(ApiKeyMonth.credits))
        .where(ApiKeyMonth.api_key_id == ApiKey.id, ApiKeyMonth.month == month)
        .scalar_subquery()
    )
    credits: Any = func.coalesce(spent, Decimal(0))
    earlier = (
        select(func.max(ApiKeySecret.ends_at))
        .where(ApiKeySecret.api_key_id == ApiKey.id, col(ApiKeySecret.ends_at) > func.now())
        .scalar_subquery()
    )
    query = (
        select(ApiKey, credits, earlier, col(User.email))
        .join(User, col(User.id) == col(ApiKey.user_id))
        .where(*which)
        .order_by(col(ApiKey.id).desc())
        .limit(limit)
    )
    time = await now(session)
    return [Listed(*row, time) for row in await session.exec(query)]
