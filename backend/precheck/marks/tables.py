"""Marks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, ForeignKeyConstraint, SQLModel

from backend.columns import created_column, json_column, new_id, optional_json_column


class PromptMark(SQLModel, table=True):
    """What somebody says a prompt should have been taken for; one of each person for a check, or a text in the bench.

    `found` is what it was taken for. `text_ciphertext` is the sealed text, with its writer's consent only; without it
    `features` are what is kept. It goes with whoever made it, and with the check, which goes with whoever was checked.
    """

    __tablename__ = "prompt_marks"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "check_id"], ["prompt_checks.organisation_id", "prompt_checks.id"], ondelete="CASCADE"
        ),
        Index(
            "ix_prompt_marks_person",
            "organisation_id",
            "user_id",
            "check_id",
            unique=True,
            postgresql_where=text("origin = 'person'"),
        ),
        Index(
            "ix_prompt_marks_bench",
            "organisation_id",
            "user_id",
            "prompt_hash",
            unique=True,
            postgresql_where=text("origin = 'bench'"),
        ),
        Index("ix_prompt_marks_check", "organisation_id", "check_id"),
        Index("ix_prompt_marks_user", "user_id", "id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    check_id: UUID | None = None
    origin: str
    prompt_hash: bytes = Field(sa_type=LargeBinary)
    category: str | None = None
    complexity: str | None = None
    risky: bool | None = None
    found: Any = json_column()
    text_ciphertext: bytes | None = Field(default=None, sa_type=LargeBinary)
    features: Any = optional_json_column()
    marked_at: datetime = created_column()
