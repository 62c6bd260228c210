"""Files in the database."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct, to_builtins
from sqlalchemy import delete, func, select, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.attachments.findings import Found
from backend.attachments.tables import Attachment, AttachmentContent
from backend.database import Database

UNUSED_HOURS = 24
MOST_UNUSED = 50
MOST_UNUSED_BYTES = 50_000_000

_UNTIL = f"now() + interval '{UNUSED_HOURS} hours'"


class Content(Struct, frozen=True):
    """A file as it is given back."""

    name: str
    kind: str
    media_type: str
    content: bytes


async def sent_again(
    session: AsyncSession, organisation_id: UUID, user_id: UUID, digest: bytes, name: str
) -> Attachment | None:
    """The person's unused file of the same name and bytes, kept for another while."""
    found = await session.execute(
        select(Attachment)
        .where(
            col(Attachment.organisation_id) == organisation_id,
            col(Attachment.user_id) == user_id,
            col(Attachment.digest) == digest,
            col(Attachment.name) == name,
            col(Attachment.expires_at).is_not(None),
        )
        .limit(1)
        .with_for_update()
    )
    attachment = found.scalar_one_or_none()
    if attachment is not None:
        attachment.expires_at = text(_UNTIL)  # by the database clock
        await session.flush()
    return attachment


async def unused(session: AsyncSession, user_id: UUID) -> tuple[int, int]:
    """How many files of the person are part of no message, and their bytes; others that ask so wait for this one."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(user_id), 0))))
    found = await session.execute(
        select(func.count(), func.coalesce(func.sum(col(Attachment.size)), 0)).where(
            col(Attachment.user_id) == user_id, col(Attachment.expires_at).is_not(None)
        )
    )
    count, size = found.one()
    return count, int(size)


async def keep(session: AsyncSession, attachment: Attachment, found: Found, content: bytes) -> None:
    """A new file, unused so far."""
    attachment.expires_at = text(_UNTIL)  # type: ignore[assignment]  # by the database clock
    attachment.risk = to_builtins(found.risk)
    session.add(attachment)
    await session.flush()
    session.add(
        AttachmentContent(
            organisation_id=attachment.organisation_id, attachment_id=attachment.id, content=content, text=found.text
        )
    )


async def own_content(database: Database, organisation_id: UUID, user_id: UUID, id: UUID) -> Content | None:
    """One file of the person."""
    rows = await database.call(
        "SELECT a.name, a.kind, a.media_type, c.content FROM attachments a JOIN attachment_contents c"
        " ON c.organisation_id = a.organisation_id AND c.attachment_id = a.id"
        " WHERE a.organisation_id = %s AND a.user_id = %s AND a.id = %s",
        (organisation_id, user_id, id),
    )
    return Content(*rows[0]) if rows else None


async def remove_unused(session: AsyncSession, organisation_id: UUID, user_id: UUID, id: UUID) -> bool | None:
    """Whether an unused file was deleted: False for one of a message, None for one that is not theirs."""
    own = (
        col(Attachment.organisation_id) == organisation_id,
        col(Attachment.user_id) == user_id,
        col(Attachment.id) == id,
    )
    gone = await session.execute(
        delete(Attachment).where(*own, col(Attachment.expires_at).is_not(None)).returning(col(Attachment.id))
    )
    if gone.first() is not None:
        return True
    return False if (await session.execute(select(col(Attachment.id)).where(*own))).first() is not None else None


async def purge(database: Database, most: int) -> int:
    """Deletes files that nobody sent; how many."""
    rows: Sequence[object] = await database.call(
        "DELETE FROM attachments WHERE expires_at < now() AND (organisation_id, id) IN"
        " (SELECT organisation_id, id FROM attachments WHERE expires_at < now() LIMIT %s) RETURNING id",
        (most,),
    )
    return len(rows)
