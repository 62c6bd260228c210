"""Plans, what each person may use, credits and the ledger."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlmodel import Field, ForeignKeyConstraint, SQLModel

from backend.columns import (
    created_column,
    id_column,
    json_column,
    money_column,
    new_id,
    optional_json_column,
    optional_time_column,
)

ZERO = Decimal(0)


class Plan(SQLModel, table=True):
    """What a plan gives. `models` NULL means every active model; `limits` is `shared.plans.PlanLimits`.

    `task_categories` are the tasks that people on it may have done, NULL for all. `personal_data` is
    `shared.precheck.PersonalData`.
    """

    __tablename__ = "plans"

    id: UUID = id_column()
    slug: str = Field(unique=True)
    name: str
    rank: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    monthly_credits: Decimal = money_column()
    models: Any = optional_json_column()
    families: Any = json_column("[]")
    max_context: int
    limits: Any = json_column()
    task_categories: Any = optional_json_column()
    personal_data: str = Field(default="warn", sa_column_kwargs={"server_default": "warn"})
    created_at: datetime = created_column()


class UserEntitlement(SQLModel, table=True):
    """One person's plan and what differs from it (`overrides` is `shared.plans.Overrides`)."""

    __tablename__ = "user_entitlements"

    id: UUID = id_column()
    user_id: UUID = Field(foreign_key="users.id", unique=True, ondelete="CASCADE")
    plan_id: UUID = Field(foreign_key="plans.id", index=True)
    overrides: Any = json_column()
    created_at: datetime = created_column()
    updated_at: datetime = created_column()


class PlanRequest(SQLModel, table=True):
    """A person's request for a plan or an assistant family."""

    __tablename__ = "plan_requests"
    __table_args__ = (CheckConstraint("(plan_id IS NULL) <> (model_family IS NULL)"),)

    id: UUID = id_column()
    organisation_id: UUID = Field(foreign_key="organisations.id")
    user_id: UUID = Field(foreign_key="users.id", index=True, ondelete="CASCADE")
    plan_id: UUID | None = Field(default=None, foreign_key="plans.id")
    model_family: str | None = None
    reason: str
    status: str = Field(default="waiting", index=True, sa_column_kwargs={"server_default": "waiting"})
    note: str | None = None
    decided_by: UUID | None = Field(default=None, foreign_key="users.id", ondelete="SET NULL")
    decided_at: datetime | None = optional_time_column()
    created_at: datetime = created_column()


class CreditAccount(SQLModel, table=True):
    """A person's credits. `balance` is the sum of the ledger; what can be spent is `balance - held`.

    `active` counts the person's live holds, `day_used` what the current UTC day has charged and holds.
    """

    __tablename__ = "credit_accounts"
    __table_args__ = (CheckConstraint("balance >= 0"), CheckConstraint("held >= 0"), CheckConstraint("active >= 0"))

    user_id: UUID = Field(foreign_key="users.id", primary_key=True, ondelete="CASCADE")
    organisation_id: UUID = Field(foreign_key="organisations.id", index=True)
    period: date
    granted: Decimal = money_column(ZERO)
    balance: Decimal = money_column(ZERO)
    held: Decimal = money_column(ZERO)
    active: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    day: date
    day_used: Decimal = money_column(ZERO)


class LedgerEntry(SQLModel, table=True):
    """One movement of credits: `grant`, `expire`, `charge` (negative, one per request) or `adjust`."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["credit_accounts.user_id"], ondelete="CASCADE"),
        Index("ix_ledger_entries_user", "user_id", "id"),
        Index(
            "uq_ledger_entries_charge",
            "organisation_id",
            "request_id",
            unique=True,
            postgresql_where=text("kind = 'charge'"),
        ),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})
    user_id: UUID
    kind: str
    amount: Decimal = money_column()
    request_id: UUID | None = None
    reason: str = ""
    created_at: datetime = created_column()


class OrganisationLimit(SQLModel, table=True):
    """A limit that all people of an organisation share. Absent row: no limit, and no lock is taken."""

    __tablename__ = "organisation_limits"

    organisation_id: UUID = Field(foreign_key="organisations.id", primary_key=True, ondelete="CASCADE")
    concurrent_chats: int = Field(sa_type=Integer)
    active: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
