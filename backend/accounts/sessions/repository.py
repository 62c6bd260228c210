"""Sessions and refresh tokens. All times are the database's."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.identity import Identity
from backend.accounts.tables import RefreshToken, Session, User
from backend.database import Database
from shared.accounts import UserRole
from shared.plans import Overrides

IDLE = {"cookie": timedelta(days=30), "token": timedelta(days=60)}
"""How long a session lasts without being used (a script's: without a refresh)."""

_overrides = msgspec.json.Decoder(Overrides)

_IDENTITY = """
SELECT s.id, s.kind, s.user_id, u.organisation_id, u.email, u.name, u.role, u.version, e.plan_id, e.overrides::text,
    extract(epoch FROM s.expires_at - now())::float8
FROM sessions s JOIN users u ON u.id = s.user_id JOIN user_entitlements e ON e.user_id = u.id
WHERE s.revoked_at IS NULL AND s.expires_at > now() AND NOT u.suspended AND
"""
_BY_TOKEN = _IDENTITY + "s.token_hash = %s"
_BY_ID = _IDENTITY + "s.id = %s"

_TOUCH = """
WITH used AS (
    SELECT id FROM sessions
    WHERE id = ANY(%s) AND revoked_at IS NULL AND last_used_at < now() - interval '50 seconds'
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
), touched AS (
    UPDATE sessions s SET last_used_at = now(),
        expires_at = CASE WHEN s.kind = 'cookie' THEN greatest(s.expires_at, now() + %s) ELSE s.expires_at END
    FROM used WHERE s.id = used.id RETURNING s.user_id
), people AS (
    SELECT id FROM users WHERE id IN (SELECT user_id FROM touched) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE users u SET last_seen_at = now() FROM people WHERE u.id = people.id
RETURNING u.id
"""

_PURGE_SESSIONS = """
WITH gone AS (
    SELECT id FROM sessions
    WHERE expires_at < now() - interval '1 day' OR revoked_at < now() - interval '1 day'
    LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM sessions s USING gone WHERE s.id = gone.id RETURNING s.id
"""
_PURGE_REFRESH_TOKENS = """
DELETE FROM refresh_tokens WHERE id IN (
    SELECT id FROM refresh_tokens WHERE expires_at < now() LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


class Found(Struct, frozen=True):
    """An identity and for how many seconds its session still lasts."""

    identity: Identity
    seconds: float


async def identity_by_token(database: Database, token_hash: bytes) -> Found | None:
    """Whom a cookie's token stands for; None when unknown, ended or suspended."""
    return _found(await database.call(_BY_TOKEN, (token_hash,)))


async def identity_by_session(database: Database, session_id: UUID) -> Found | None:
    """Whom a session stands for; None when unknown, ended or suspended."""
    return _found(await database.call(_BY_ID, (session_id,)))


async def identity_within(session: AsyncSession, session_id: UUID) -> Identity | None:
    """`identity_by_session` as the caller's unit of work sees it."""
    rows = await (await session.connection()).exec_driver_sql(_BY_ID, (session_id,))
    found = _found([tuple(row) for row in rows])
    return None if found is None else found.identity


def _found(rows: Sequence[tuple[Any, ...]]) -> Found | None:
    if not rows:
        return None
    session_id, kind, user_id, organisation_id, email, name, role, version, plan_id, overrides, seconds = rows[0]
    return Found(
        Identity(
            user_id=user_id,
            organisation_id=organisation_id,
            email=email,
            name=name,
            role=UserRole(role),
            version=version,
            plan_id=plan_id,
            overrides=_overrides.decode(overrides),
            session_id=session_id,
            credential=kind,
            caller=user_id,
        ),
        seconds,
    )


async def open_session(
    session: AsyncSession, *, user_id: UUID, token_hash: bytes | None, user_agent: str, address: str
) -> UUID:
    """A new session: a browser's with the hash of its cookie, a script's without."""
    kind = "token" if token_hash is None else "cookie"
    values = insert(Session).values(
        user_id=user_id,
        kind=kind,
        token_hash=token_hash,
        user_agent=user_agent,
        address=address,
        expires_at=func.now() + IDLE[kind],
    )
    made: UUID = (await session.exec(values.returning(col(Session.id)))).one()[0]
    return made


async def add_refresh_token(session: AsyncSession, session_id: UUID, token_hash: bytes) -> None:
    """The next link of a session's chain."""
    expires_at = func.now() + IDLE["token"]
    await session.exec(insert(RefreshToken).values(session_id=session_id, token_hash=token_hash, expires_at=expires_at))


class Spending(Enum):
    """What became of a refresh token that was presented."""

    SPENT = auto()
    REUSED = auto()
    WORTHLESS = auto()


async def spend_refresh_token(
    session: AsyncSession, token_hash: bytes, next_hash: bytes
) -> tuple[Spending, UUID | None]:
    """Spends a token for the next one, and says for which session.

    A token that was spent before ends its session: one of the two who hold it has stolen it.
    """
    wanted = (
        select(RefreshToken, Session, User.suspended, func.now())
        .join(Session, col(Session.id) == col(RefreshToken.session_id))
        .join(User, col(User.id) == col(Session.user_id))
        .where(col(RefreshToken.token_hash) == token_hash)
        .with_for_update(of=(RefreshToken, Session))
    )
    row = (await session.exec(wanted)).first()
    if row is None:
        return Spending.WORTHLESS, None
    token, owner, suspended, now = row
    if owner.revoked_at is not None or owner.expires_at <= now:
        return Spending.WORTHLESS, owner.id
    if token.spent_at is not None:
        owner.revoked_at = now
        return Spending.REUSED, owner.id
    if token.expires_at <= now or suspended:
        return Spending.WORTHLESS, owner.id
    token.spent_at = now
    owner.last_used_at = now
    owner.expires_at = now + IDLE["token"]
    await add_refresh_token(session, owner.id, next_hash)
    return Spending.SPENT, owner.id


async def live_sessions(session: AsyncSession, user_id: UUID, after: UUID | None, limit: int) -> Sequence[Session]:
    """A person's sessions that have not ended, newest first; `after` is the last one of the page before."""
    wanted = select(Session).where(
        col(Session.user_id) == user_id, col(Session.revoked_at).is_(None), col(Session.expires_at) > func.now()
    )
    if after is not None:
        wanted = wanted.where(col(Session.id) < after)
    return (await session.exec(wanted.order_by(col(Session.id).desc()).limit(limit))).all()


async def end_session(session: AsyncSession, user_id: UUID, session_id: UUID) -> bool:
    """Ends one session of a person; False when it is not theirs or has ended."""
    return bool(await _end(session, col(Session.user_id) == user_id, col(Session.id) == session_id))


async def end_sessions(session: AsyncSession, user_id: UUID, keep: UUID | None = None) -> Sequence[UUID]:
    """Ends every session of a person, but perhaps one, and says which."""
    whose = col(Session.user_id) == user_id
    return await _end(session, whose if keep is None else and_(whose, col(Session.id) != keep))


async def _end(session: AsyncSession, *which: ColumnElement[bool]) -> Sequence[UUID]:
    ended = (
        update(Session)
        .where(*which, col(Session.revoked_at).is_(None), col(Session.expires_at) > func.now())
        .values(revoked_at=func.now())
        .returning(col(Session.id))
    )
    return [row[0] for row in await session.exec(ended)]


async def touch(database: Database, session_ids: list[UUID]) -> None:
    """Notes that sessions are in use, and lets browsers' last on; what was noted within a minute is left alone."""
    await database.call(_TOUCH, (session_ids, IDLE["cookie"]))


async def purge(database: Database, limit: int) -> int:
    """Deletes up to `limit` sessions that ended a day ago, and as many expired refresh tokens; says how many."""
    sessions = await database.call(_PURGE_SESSIONS, (limit,))
    tokens = await database.call(_PURGE_REFRESH_TOKENS, (limit,))
    return len(sessions) + len(tokens)
