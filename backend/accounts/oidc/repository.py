"""Who signs in with which provider. All times are the database's."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.oidc.tables import ExternalIdentity, ExternalSession, SpentAttempt
from backend.accounts.tables import ApiKey, User
from backend.database import Database

_PURGE = """
DELETE FROM spent_sign_in_attempts WHERE state_hash IN (
    SELECT state_hash FROM spent_sign_in_attempts WHERE expires_at < now() LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING state_hash
"""


async def spend(session: AsyncSession, state_hash: bytes, seconds: int) -> bool:
    """Uses an attempt up; False when it was before. It is remembered for so long."""
    expires_at = func.now() + timedelta(seconds=seconds)
    spent = upsert(SpentAttempt).values(state_hash=state_hash, expires_at=expires_at).on_conflict_do_nothing()
    return (await session.exec(spent.returning(col(SpentAttempt.state_hash)))).first() is not None


async def take_turn(session: AsyncSession, *names: str) -> None:
    """Makes everybody else who names one of these wait until the unit of work ends."""
    for name in sorted(names):
        await session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def identity(session: AsyncSession, issuer: str, subject: str) -> ExternalIdentity | None:
    """Whom a provider knows by this subject, locked."""
    return await session.get(ExternalIdentity, (issuer, subject), with_for_update=True, populate_existing=True)


async def add_identity(session: AsyncSession, issuer: str, subject: str, user_id: UUID) -> ExternalIdentity:
    """Somebody's further way in."""
    row = ExternalIdentity(issuer=issuer, subject=subject, user_id=user_id)
    session.add(row)
    await session.flush()
    return row


async def note_use(
    session: AsyncSession, row: ExternalIdentity, given_role: str | None, given_plan: str | None
) -> None:
    """Notes a sign-in, and what the groups gave at it."""
    whose = (col(ExternalIdentity.issuer) == row.issuer, col(ExternalIdentity.subject) == row.subject)
    values = {"last_used_at": func.now(), "given_role": given_role, "given_plan": given_plan}
    await session.exec(update(ExternalIdentity).where(*whose).values(values))


async def hand_over(session: AsyncSession, user_id: UUID) -> None:
    """Takes every way in from whoever claimed an address, for the one to whom it belongs: sessions end elsewhere."""
    await session.exec(delete(ExternalIdentity).where(col(ExternalIdentity.user_id) == user_id))
    await session.exec(
        update(ApiKey)
        .where(col(ApiKey.user_id) == user_id, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=func.now())
    )
    await session.exec(update(User).where(col(User.id) == user_id).values(password_hash=None, email_vouched=True))


async def add_session(
    session: AsyncSession, session_id: UUID, provider: str, id_token_ciphertext: bytes | None
) -> None:
    """Notes at which provider a session began."""
    session.add(ExternalSession(session_id=session_id, provider=provider, id_token_ciphertext=id_token_ciphertext))
    await session.flush()


async def external_session(session: AsyncSession, session_id: UUID) -> ExternalSession | None:
    """Where a session began, if not here."""
    return await session.get(ExternalSession, session_id)


async def purge(database: Database, limit: int) -> int:
    """Forgets up to `limit` attempts that are too old to be tried again; says how many."""
    return len(await database.call(_PURGE, (limit,)))
