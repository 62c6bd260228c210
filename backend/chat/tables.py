"""Conversations, one row per message, and feedback."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, ForeignKeyConstraint, SQLModel, UniqueConstraint

from backend.columns import created_column, json_column, money_column, new_id, optional_money_column
from backend.entitlements.tables import ZERO


class Conversation(SQLModel, table=True):
    """A person's conversation. `revision` grows with every change of its messages; `active_request` writes now."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index("ix_conversations_user_recent", "user_id", "updated_at", "id"),
        Index("ix_conversations_active", "id", postgresql_where=text("active_request IS NOT NULL")),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    assistant_id: UUID | None = Field(default=None, foreign_key="assistants.id", ondelete="SET NULL")
    title: str
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    last_position: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    message_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    credits: Decimal = money_column(ZERO)
    active_request: UUID | None = None
    created_at: datetime = created_column()
    updated_at: datetime = created_column()


class Message(SQLModel, table=True):
    """One message. `position` orders a conversation; columns after `state` belong to answers.

    `labels` is the `metadata` that the caller gave.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("organisation_id", "conversation_id", "position"),
        ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversations.organisation_id", "conversations.id"],
            ondelete="CASCADE",
        ),
        Index("ix_messages_request", "request_id"),
        Index("ix_messages_streaming", "id", postgresql_where=text("state = 'streaming'")),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    conversation_id: UUID
    position: int
    role: str
    content: str
    state: str
    request_id: UUID | None = None
    assistant_id: UUID | None = Field(default=None, foreign_key="assistants.id", ondelete="SET NULL")
    model: str | None = None
    labels: Any = json_column()
    reasons: Any = json_column("[]")
    notices: Any = json_column("[]")
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    credits: Decimal | None = optional_money_column()
    estimated: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    finish_reason: str | None = None
    latency_ms: int | None = None
    first_token_ms: int | None = None
    failure: str | None = None
    created_at: datetime = created_column()


class Masking(SQLModel, table=True):
    """What the names in a conversation stand for, or those in a request that has none; sealed for its owner.

    `subject_id` is the conversation's or the request's.
    """

    __tablename__ = "maskings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversations.organisation_id", "conversations.id"],
            ondelete="CASCADE",
        ),
        Index("ix_maskings_conversation", "organisation_id", "conversation_id"),
        Index("ix_maskings_user", "user_id"),
        Index("ix_maskings_requests", "updated_at", postgresql_where=text("conversation_id IS NULL")),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    subject_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    conversation_id: UUID | None = None
    names: bytes = Field(sa_type=LargeBinary)
    updated_at: datetime = created_column()


class AnswerLog(SQLModel, table=True):
    """What a streamed answer has said, for readers in other processes; its text is in `answer_parts`.

    `events` are `[edition, offset, name, data]` in order, all but the deltas. `ended`: the last one is among them.
    """

    __tablename__ = "answer_logs"
    __table_args__ = (
        Index("ix_answer_logs_request", "request_id"),
        Index("ix_answer_logs_updated", "updated_at"),
        Index("ix_answer_logs_user", "user_id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    request_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    events: Any = json_column("[]")
    ended: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    updated_at: datetime = created_column()


class AnswerPart(SQLModel, table=True):
    """Text of an answer from a character offset on. An edition ends where a restart replaces what was shown."""

    __tablename__ = "answer_parts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "request_id"],
            ["answer_logs.organisation_id", "answer_logs.request_id"],
            ondelete="CASCADE",
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    request_id: UUID = Field(primary_key=True)
    edition: int = Field(primary_key=True)
    start: int = Field(primary_key=True)
    text: str


class Feedback(SQLModel, table=True):
    """A person's judgement on one answer."""

    __tablename__ = "feedback"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "message_id"], ["messages.organisation_id", "messages.id"], ondelete="CASCADE"
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    message_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    request_id: UUID | None = None
    rating: str
    comment: str | None = None
    created_at: datetime = created_column()
