"""What admins want done about risks, and the second tier."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel, UniqueConstraint

from backend.columns import created_column, id_column


class RiskRuleRow(SQLModel, table=True):
    """What happens at each level of one kind of risk.

    `family` and `plan` NULL mean every one. A rule goes with its family or plan.
    """

    __tablename__ = "risk_rules"
    __table_args__ = (UniqueConstraint("category", "family", "plan", postgresql_nulls_not_distinct=True),)

    id: UUID = id_column()
    category: str
    family: str | None = Field(default=None, foreign_key="assistants.family", ondelete="CASCADE", index=True)
    plan: str | None = Field(default=None, foreign_key="plans.slug", ondelete="CASCADE", index=True)
    low: str
    medium: str
    high: str
    created_at: datetime = created_column()
    updated_at: datetime = created_column()


class RiskGuardRow(SQLModel, table=True):
    """The second tier; without a row there is none. `model` is a catalogue name, for moderation the provider's own."""

    __tablename__ = "risk_guard"
    __table_args__ = (CheckConstraint("id = 1"),)

    id: int = Field(default=1, primary_key=True)
    kind: str
    provider: str | None = Field(default=None, foreign_key="model_providers.name")
    model: str | None = None
    format: str
    time_limit_ms: int
    on_failure: str
    updated_at: datetime = created_column()
