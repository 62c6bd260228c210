"""The audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from backend.columns import created_column, id_column, optional_json_column


class AuditEvent(SQLModel, table=True):
    """Who changed what, when and why. Rows are only ever added; `before` and `after` never hold a secret."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_action", "action", "id"),
        Index("ix_audit_events_actor", "actor_id", "id"),
        Index("ix_audit_events_subject", "subject_kind", "subject_id", "id"),
    )

    id: UUID = id_column()
    actor_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    actor: str
    action: str
    subject_kind: str
    subject_id: str | None = None
    subject: str
    reason: str
    before: Any = optional_json_column()
    after: Any = optional_json_column()
    address: str = ""
    created_at: datetime = created_column()
