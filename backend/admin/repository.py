"""The audit log, read."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.tables import AuditEvent


class AuditFilter(Struct, frozen=True, kw_only=True):
    """Which events to list, by LIKE patterns; what is None does not narrow. `*_id` compare as a whole."""

    action: str | None = None
    actor: str | None = None
    actor_id: UUID | None = None
    subject: str | None = None
    subject_id: str | None = None


async def list_events(
    session: AsyncSession, wanted: AuditFilter, seen: UUID | None, limit: int
) -> Sequence[AuditEvent]:
    """Events, newest first, after the one seen last."""
    query = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(limit)
    if wanted.action is not None:
        query = query.where(col(AuditEvent.action).ilike(wanted.action))
    if wanted.actor_id is not None:
        query = query.where(AuditEvent.actor_id == wanted.actor_id)
    elif wanted.actor is not None:
        query = query.where(col(AuditEvent.actor).ilike(wanted.actor))
    if wanted.subject is not None:
        named = col(AuditEvent.subject).ilike(wanted.subject)
        query = query.where(or_(named, col(AuditEvent.subject_id) == wanted.subject_id))
    if seen is not None:
        query = query.where(col(AuditEvent.id) < seen)
    return (await session.exec(query)).all()
