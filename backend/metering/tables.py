"""Holds, calls, costs and usage: what one request took and what it cost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field, ForeignKeyConstraint, SQLModel, UniqueConstraint

from backend.columns import (
    created_column,
    json_column,
    money_column,
    new_id,
    optional_json_column,
    optional_money_column,
    time_column,
)


def _id() -> Any:
    return Field(default_factory=new_id, primary_key=True, sa_column_kwargs={"server_default": text("uuidv7()")})


class Hold(SQLModel, table=True):
    """Credits held for a running request. Its process renews the lease; settlement deletes the row, once.

    `caller` is the person, or the API key that asked for them. `stop`: somebody wants no more of the answer.
    """

    __tablename__ = "holds"
    __table_args__ = (ForeignKeyConstraint(["user_id"], ["credit_accounts.user_id"], ondelete="CASCADE"),)

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    request_id: UUID = Field(primary_key=True)
    user_id: UUID = Field(index=True)
    caller: UUID
    process_id: UUID
    amount: Decimal = money_column()
    max_tokens: int
    period: date
    day: date
    windows: Any = Field(sa_type=ARRAY(Text), nullable=False)
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    route: Any = json_column()
    stop: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    lease_until: datetime = time_column()
    created_at: datetime = created_column()


class RateWindow(SQLModel, table=True):
    """Requests and tokens of the current window, of one kind (`chat`, `precheck`, ...) and one user, key or address."""

    __tablename__ = "rate_windows"

    key: str = Field(primary_key=True)
    started_at: datetime = time_column()
    requests: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class IdempotencyKey(SQLModel, table=True):
    """A caller's key of the last 24 hours with the request it stands for and, once finished, its result."""

    __tablename__ = "idempotency_keys"

    caller: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body_hash: bytes = Field(sa_type=LargeBinary)
    request_id: UUID = Field(index=True)
    result: Any = optional_json_column()
    created_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        index=True,
        sa_column_kwargs={"server_default": text("now()")},
    )


class ModelCall(SQLModel, table=True):
    """One attempt at one model. The attempt numbered highest is the one that answered, if any did.

    `purpose` is `answer`, or `guard` where the second tier of the risk filter was asked about a prompt.
    """

    __tablename__ = "model_calls"
    __table_args__ = (
        UniqueConstraint("organisation_id", "request_id", "attempt"),
        Index("ix_model_calls_request", "request_id"),
        Index("ix_model_calls_recent", "created_at", "id"),
        Index("ix_model_calls_user", "user_id", "created_at"),
        Index("ix_model_calls_model", "model", "created_at"),
        Index("ix_model_calls_provider", "provider", "created_at"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = _id()
    request_id: UUID
    attempt: int
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    conversation_id: UUID | None = None
    assistant: str
    provider: str
    model: str
    model_id: UUID | None = None
    status: str
    final: bool
    error_code: str | None = None
    fault: str | None = None
    started_ms: int
    latency_ms: int
    first_token_ms: int | None = None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None
    estimated: bool = False
    provider_request_id: str | None = None
    provider_cost: Decimal | None = optional_money_column()
    endpoint_id: UUID | None = None
    malformed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    may_have_run: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    purpose: str = Field(default="answer", sa_column_kwargs={"server_default": "answer"})
    api_key_id: UUID | None = None
    route: Any = optional_json_column()
    created_at: datetime = created_column()


class CostRecord(SQLModel, table=True):
    """raw cost x named factors x credits per dollar = display cost; charged = the part within the hold.

    What was paid for the `guard` (`purpose`) is the operator's: displayed and charged as nothing.
    """

    __tablename__ = "cost_records"
    __table_args__ = (
        UniqueConstraint("organisation_id", "request_id"),
        ForeignKeyConstraint(
            ["organisation_id", "model_call_id"],
            ["model_calls.organisation_id", "model_calls.id"],
            ondelete="CASCADE",
        ),
        Index("ix_cost_records_request", "request_id"),
        Index("ix_cost_records_user", "user_id", "created_at"),
        Index("ix_cost_records_recent", "created_at"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = _id()
    model_call_id: UUID
    request_id: UUID
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    raw_cost: Decimal = money_column()
    multiplier: Decimal = money_column()
    factors: Any = json_column("[]")
    credits_per_dollar: Decimal = money_column()
    display_cost: Decimal = money_column()
    charged: Decimal = money_column()
    absorbed: Decimal = money_column()
    held: Decimal = money_column()
    price_version: int
    buckets: Any = json_column("[]")
    estimated: bool
    provider_cost: Decimal | None = optional_money_column()
    purpose: str = Field(default="answer", sa_column_kwargs={"server_default": "answer"})
    created_at: datetime = created_column()


class UsageRecord(SQLModel, table=True):
    """What a person is shown of one request: `quantity` tokens (or pictures), `display_units` credits.

    `api_key_id` is the key that asked, NULL where the person did.
    """

    __tablename__ = "usage_records"
    __table_args__ = (
        UniqueConstraint("organisation_id", "request_id", "type"),
        Index("ix_usage_records_user", "user_id", "created_at"),
        Index("ix_usage_records_request", "request_id"),
    )

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisations.id")
    id: UUID = _id()
    user_id: UUID = Field(foreign_key="users.id", ondelete="CASCADE")
    api_key_id: UUID | None = None
    request_id: UUID
    conversation_id: UUID | None = None
    type: str
    assistant: str
    model: str
    quantity: int
    prompt_tokens: int
    completion_tokens: int
    display_units: Decimal = money_column()
    created_at: datetime = created_column()


class TokenRatio(SQLModel, table=True):
    """How many prompt tokens a model's provider counts for each that was estimated, as a natural logarithm.

    A moving average over `samples` answers; see `backend.metering.token_ratios`.
    """

    __tablename__ = "token_ratios"
    __table_args__ = (CheckConstraint("samples > 0"),)

    model_id: UUID = Field(primary_key=True, foreign_key="models.id", ondelete="CASCADE")
    log_ratio: float
    samples: int = Field(sa_type=BigInteger)
    updated_at: datetime = created_column()


class AnswerLength(SQLModel, table=True):
    """How long answers to one kind of task were: tokens that nine of ten exceeded (`low`) and stayed below (`high`)."""

    __tablename__ = "answer_lengths"

    category: str = Field(primary_key=True)
    complexity: str = Field(primary_key=True)
    low: int
    high: int
    samples: int
    updated_at: datetime = created_column()
