"""Assistant families."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Field, SQLModel

from backend.columns import created_column, id_column, json_column, optional_json_column


class Assistant(SQLModel, table=True):
    """A family of prompts with its own system prompt and the traits it prefers in a model.

    `default_task_types` are those it is made for, `task_categories` those it takes, NULL for all.
    """

    __tablename__ = "assistants"

    id: UUID = id_column()
    family: str = Field(unique=True)
    name: str
    purpose: str
    icon: str
    system_prompt: str
    default_task_types: Any = json_column("[]")
    preferred_traits: Any = json_column("[]")
    task_categories: Any = optional_json_column()
    enabled: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    rank: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime = created_column()


class ServiceTypeRow(SQLModel, table=True):
    """The family that handles a service type of the unified endpoint."""

    __tablename__ = "service_types"

    service_type: str = Field(primary_key=True)
    assistant: str = Field(foreign_key="assistants.family")
    created_at: datetime = created_column()
