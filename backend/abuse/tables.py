"""Scores of people, API keys and addresses, the events that raised them, and an organisation's rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from backend.columns import created_column, id_column, json_column, new_id, optional_time_column


class AbuseSubject(SQLModel, table=True):
    """Whoever has a score. `score` is as of `updated_at` and halves every `half_life` seconds.

    `ref` is the id of a person or an API key, or a keyed hash of an address, which belongs to no organisation. The
    thresholds are those by which it was judged last. `pauses` and `alerted_at` are of the present episode.
    """

    __tablename__ = "abuse_subjects"
    __table_args__ = (
        UniqueConstraint("kind", "ref"),
        CheckConstraint("kind IN ('user', 'key', 'address')"),
        CheckConstraint("score >= 0 AND half_life > 0"),
        Index("ix_abuse_subjects_user", "user_id"),
    )

    id: UUID = id_column()
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    kind: str
    ref: str
    user_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="CASCADE")
    score: float = Field(default=0, sa_column_kwargs={"server_default": "0"})
    half_life: float
    slow_from: float
    pause_from: float
    updated_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )
    slowed_until: datetime | None = optional_time_column()
    slow_by: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    paused_at: datetime | None = optional_time_column()
    paused_until: datetime | None = optional_time_column()
    paused_by_hand: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    cause: str | None = None
    pauses: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    alerted_at: datetime | None = optional_time_column()
    announced_at: datetime | None = optional_time_column()
    revoked_at: datetime | None = optional_time_column()
    created_at: datetime = created_column()


class AbuseEvent(SQLModel, table=True):
    """What raised a score: never the words, only of which kind they were. `once` keeps repetitions out.

    `points` are those of the API key and the address, `person_points` those of the person.
    """

    __tablename__ = "abuse_events"
    __table_args__ = (
        UniqueConstraint("organisation_id", "once"),
        ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        Index("ix_abuse_events_user", "user_id", "created_at"),
        Index("ix_abuse_events_key", "api_key_id", "created_at"),
        Index("ix_abuse_events_address", "address", "created_at"),
        Index("ix_abuse_events_check", "check_id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    request_id: UUID
    check_id: UUID | None = None
    user_id: UUID
    api_key_id: UUID | None = None
    address: str | None = None
    kind: str
    category: str | None = None
    points: float
    person_points: float
    once: str
    taken_back_at: datetime | None = optional_time_column()
    taken_back_by: str | None = None
    created_at: datetime = created_column()


class AbuseRules(SQLModel, table=True):
    """What differs from the rules of everybody (no organisation), or there from those Fairlead comes with."""

    __tablename__ = "abuse_rules"
    __table_args__ = (UniqueConstraint("organisation_id", postgresql_nulls_not_distinct=True),)

    id: UUID = id_column()
    organisation_id: UUID | None = Field(default=None, foreign_key="organisations.id")
    rules: Any = json_column()
