"""What the precheck found; features only, never the text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from backend.columns import created_column, json_column, new_id, optional_json_column


class PromptCheck(SQLModel, table=True):
    """One precheck. `prompt_hash` is keyed, so that equal prompts can be told without being read.

    `family` and `plan` are those the risk was judged for, `suspicions` those of the first tier, `guard` is what the
    second one said, if it was asked.
    """

    __tablename__ = "prompt_checks"
    __table_args__ = (
        Index("ix_prompt_checks_request", "request_id"),
        Index("ix_prompt_checks_user", "user_id", "id"),
        Index("ix_prompt_checks_hash", "organisation_id", "prompt_hash", "id"),
        Index(
            "ix_prompt_checks_suspected",
            "created_at",
            postgresql_where=text("suspicions <> '[]'::jsonb AND request_id IS NOT NULL"),
        ),
        Index("ix_prompt_checks_blocked", "created_at", postgresql_where=text("risk_action = 'block'")),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    request_id: UUID | None = None
    conversation_id: UUID | None = None
    category: str
    scores: Any = json_column("[]")
    complexity: str
    risk: Any = json_column()
    risk_action: str
    suspicions: Any = json_column("[]")
    guard: Any = optional_json_column()
    family: str | None = None
    plan: str | None = None
    language: str | None = None
    confidence: float
    recommended_assistant: UUID | None = Field(default=None, foreign_key="assistants.id", ondelete="SET NULL")
    signals: Any = json_column("[]")
    characters: int
    prompt_tokens: int
    prompt_hash: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = created_column()
