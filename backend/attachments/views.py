"""Rows as the wire shows them."""

from backend.attachments.tables import Attachment as AttachmentRow
from shared.attachments import Attached, Attachment, AttachmentKind


def attached(row: AttachmentRow) -> Attached:
    """A file as its message shows it."""
    return Attached(
        id=row.id,
        kind=AttachmentKind(row.kind),
        name=row.name,
        size=row.size,
        pages=row.pages,
        width=row.width,
        height=row.height,
    )


def attachment(row: AttachmentRow) -> Attachment:
    """A file of the caller."""
    return Attachment(
        id=row.id,
        kind=AttachmentKind(row.kind),
        name=row.name,
        size=row.size,
        tokens=row.tokens,
        pages=row.pages,
        width=row.width,
        height=row.height,
    )
