"""What reconciliation did."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from backend.columns import created_column, id_column, json_column


class ReconciliationRun(SQLModel, table=True):
    """A run that found something; `left` counts what it could not or must not repair. It holds no one's words."""

    __tablename__ = "reconciliation_runs"
    __table_args__ = (Index("ix_reconciliation_runs_recent", "created_at"),)

    id: UUID = id_column()
    by: str
    counts: Any = json_column()
    left: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    findings: Any = json_column("[]")
    created_at: datetime = created_column()
