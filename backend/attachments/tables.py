"""Files, their bytes and text, and which message has which."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, ForeignKeyConstraint, SQLModel

from backend.columns import created_column, json_column, new_id, optional_time_column


class Attachment(SQLModel, table=True):
    """A person's file. Until it is part of a message it has a time at which it is deleted.

    `size` is of what is kept, in bytes; `digest` is a keyed hash of what was sent; `suspicions` are of the text.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_user_id_digest", "user_id", "digest"),
        Index("ix_attachments_unused", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    kind: str
    name: str
    media_type: str
    size: int
    tokens: int
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    suspicions: Any = json_column("[]")
    digest: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = created_column()
    expires_at: datetime | None = optional_time_column()


class AttachmentContent(SQLModel, table=True):
    """A file's bytes, and its text if it has some. Apart, so that lists of files read neither."""

    __tablename__ = "attachment_contents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "attachment_id"], ["attachments.organisation_id", "attachments.id"], ondelete="CASCADE"
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    attachment_id: UUID = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)
    text: str | None = None


class MessageAttachment(SQLModel, table=True):
    """A file of a message. A file goes with the last message that has it."""

    __tablename__ = "message_attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["messages.organisation_id", "messages.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organisation_id", "attachment_id"], ["attachments.organisation_id", "attachments.id"], ondelete="CASCADE"
        ),
        Index("ix_message_attachments_attachment", "organisation_id", "attachment_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    message_id: UUID = Field(primary_key=True)
    place: int = Field(primary_key=True)
    attachment_id: UUID
