"""Files in the database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from msgspec import Struct, convert, to_builtins
from sqlalchemy import and_, delete, func, select, text
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.attachments.findings import Found
from backend.attachments.given import Given
from backend.attachments.tables import Attachment, AttachmentContent, MessageAttachment
from backend.database import Database
from backend.precheck.risk.suspicion import Suspicion
from shared.attachments import AttachmentKind

UNUSED_HOURS = 24
MOST_UNUSED = 50
MOST_UNUSED_BYTES = 50_000_000
MOST_SHOWN_AGAIN = 15_000_000
"""Bytes of a conversation's earlier files that go into a call."""

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
    attachment.suspicions = to_builtins(found.suspicions)
    session.add(attachment)
    await session.flush()
    session.add(
        AttachmentContent(
            organisation_id=attachment.organisation_id, attachment_id=attachment.id, content=content, text=found.text
        )
    )


_OWN = """
SELECT a.id, a.kind, a.name, a.media_type, a.size, a.tokens, a.suspicions,
    CASE WHEN a.kind = 'image' THEN c.content END, c.text
FROM unnest(%s::uuid[]) WITH ORDINALITY AS t (id, place)
JOIN attachments a ON a.organisation_id = %s AND a.user_id = %s AND a.id = t.id
JOIN attachment_contents c ON c.organisation_id = a.organisation_id AND c.attachment_id = a.id
ORDER BY t.place
"""

_OF_MESSAGES = """
WITH given AS (
    SELECT t.message_id, t.n, m.place, a.*,
        sum(CASE WHEN a.kind = 'image' THEN a.size ELSE 5 * a.tokens END) OVER (ORDER BY t.n DESC, m.place) AS so_far
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS t (message_id, n)
    JOIN message_attachments m ON m.organisation_id = %s AND m.message_id = t.message_id
    JOIN attachments a ON a.organisation_id = m.organisation_id AND a.id = m.attachment_id
)
SELECT a.message_id, a.id, a.kind, a.name, a.media_type, a.size, a.tokens, a.suspicions,
    CASE WHEN a.kind = 'image' THEN c.content END, c.text
FROM given a LEFT JOIN attachment_contents c
    ON c.organisation_id = a.organisation_id AND c.attachment_id = a.id AND a.so_far <= %s
ORDER BY a.n, a.place
"""


async def own_files(database: Database, organisation_id: UUID, user_id: UUID, ids: Sequence[UUID]) -> list[Given]:
    """Those of these files that are the person's, with what models are shown of them, in the order of `ids`."""
    rows = await database.call(_OWN, (list(ids), organisation_id, user_id))
    return [_given(row) for row in rows]


async def files_of(
    database: Database, organisation_id: UUID, message_ids: Sequence[UUID], most: int = MOST_SHOWN_AGAIN
) -> dict[UUID, list[Given]]:
    """The files of messages (oldest first), by message. Of the newest that have `most` bytes together all is read."""
    rows = await database.call(_OF_MESSAGES, (list(message_ids), organisation_id, most))
    found: dict[UUID, list[Given]] = {}
    for message_id, *row in rows:
        found.setdefault(message_id, []).append(_given(row))
    return found


def _given(row: Sequence[Any]) -> Given:
    id, kind, name, media_type, size, tokens, suspicions, content, text = row
    return Given(
        id=id,
        kind=AttachmentKind(kind),
        name=name,
        media_type=media_type,
        size=size,
        tokens=tokens,
        suspicions=convert(suspicions, tuple[Suspicion, ...]),
        content=content,
        text=text,
    )


async def of_messages(
    session: AsyncSession, organisation_id: UUID, message_ids: Sequence[UUID]
) -> dict[UUID, list[Attachment]]:
    """The files of messages, by message, in order."""
    rows = await session.execute(
        select(col(MessageAttachment.message_id), Attachment)
        .join(
            Attachment,
            and_(
                col(Attachment.organisation_id) == col(MessageAttachment.organisation_id),
                col(Attachment.id) == col(MessageAttachment.attachment_id),
            ),
        )
        .where(
            col(MessageAttachment.organisation_id) == organisation_id,
            col(MessageAttachment.message_id).in_(message_ids),
        )
        .order_by(col(MessageAttachment.message_id), col(MessageAttachment.place))
    )
    found: dict[UUID, list[Attachment]] = {}
    for message_id, attachment in rows:
        found.setdefault(message_id, []).append(attachment)
    return found


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
