"""Routing rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from backend.columns import created_column, id_column, json_column


class RoutingRule(SQLModel, table=True):
    """Which models to try first for which prompts. `condition` and `models` are the rule's two halves."""

    __tablename__ = "routing_rules"

    id: UUID = id_column()
    name: str = Field(unique=True)
    rank: int
    condition: Any = json_column()
    models: Any = json_column("[]")
    enabled: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    created_at: datetime = created_column()
