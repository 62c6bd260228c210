"""The history of imported model lists."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from backend.columns import created_column, id_column, json_column


class CatalogueImport(SQLModel, table=True):
    """One reading of a provider's list: what it differed in, and what was applied of it.

    `basis` is a digest of what the catalogue knew of the provider's models when the lines were made, or last applied.
    """

    __tablename__ = "catalogue_imports"
    __table_args__ = (Index("ix_catalogue_imports_provider", "provider_id", "id"),)

    id: UUID = id_column()
    provider_id: UUID = Field(foreign_key="model_providers.id", ondelete="CASCADE")
    actor_id: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    actor: str
    counts: Any = json_column()
    lines: Any = json_column("[]")
    refused: Any = json_column("[]")
    left_out: Any = json_column("[]")
    basis: str
    applications: Any = json_column("[]")
    created_at: datetime = created_column()
