"""Requests and their calls, from the rows that settlement writes and the holds of those that still run."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, Numeric, Select, Text, and_, cast, func, literal, null, or_, tuple_
from sqlalchemy import select as core_select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import User
from backend.metering.tables import CostRecord, Hold, ModelCall, UsageRecord
from backend.precheck.tables import PromptCheck

SLOW_MS = 20_000
SLOW_FIRST_TOKEN_MS = 5_000

Query = Select[*tuple[Any, ...]]
Status = Literal["answered", "failed", "cancelled", "running"]


class CallFilter(Struct, frozen=True, kw_only=True):
    """Which requests to list; what is None or False does not narrow. `user` is a LIKE pattern of an address."""

    user: str | None = None
    user_id: UUID | None = None
    model: str | None = None
    provider: str | None = None
    status: Status | None = None
    since: datetime | None = None
    until: datetime | None = None
    request_id: UUID | None = None
    fell_back: bool = False
    slow: bool = False

    @property
    def may_run(self) -> bool:
        """Whether a request that still runs could match."""
        return self.status in (None, "running") and not self.fell_back and not self.slow


class Request(Struct, frozen=True, kw_only=True):
    """A request as the list shows it: its last attempt, or its hold while it runs."""

    id: UUID
    request_id: UUID
    created_at: datetime
    user_id: UUID
    user_email: str
    provider: str
    model: str
    assistant: str
    status: str
    attempts: int
    latency_ms: int | None
    first_token_ms: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    raw_cost: Decimal | None
    credits: Decimal | None
    error_code: str | None
    purpose: str


async def list_requests(
    session: AsyncSession, wanted: CallFilter, seen: tuple[datetime, UUID] | None, limit: int
) -> list[Request]:
    """Requests, newest first, after the one seen last."""
    parts = []
    if wanted.status != "running":
        parts.append(_page(_settled(wanted), (col(ModelCall.created_at), col(ModelCall.id)), seen, limit))
    if wanted.may_run:
        parts.append(_page(_running(wanted), (col(Hold.created_at), col(Hold.request_id)), seen, limit))
    rows = [Request(**row) for part in parts for row in (await session.exec(part)).mappings()]  # type: ignore[call-overload]
    return sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)[:limit]


async def attempts_of(session: AsyncSession, request_id: UUID) -> Sequence[ModelCall]:
    """A request's attempts in their order."""
    query = select(ModelCall).where(ModelCall.request_id == request_id).order_by(col(ModelCall.attempt))
    return (await session.exec(query)).all()


async def check_of(session: AsyncSession, request_id: UUID) -> PromptCheck | None:
    """A request's precheck."""
    return (await session.exec(select(PromptCheck).where(PromptCheck.request_id == request_id))).first()


async def check_that_asked(session: AsyncSession, user_id: UUID, request_id: UUID) -> PromptCheck | None:
    """The precheck for which the guard was asked by a call of its own."""
    asked = col(PromptCheck.guard)["request_id"].astext == str(request_id)
    query = select(PromptCheck).where(PromptCheck.user_id == user_id, asked)
    return (await session.exec(query.order_by(col(PromptCheck.id).desc()).limit(1))).first()


async def cost_of(session: AsyncSession, request_id: UUID) -> CostRecord | None:
    """What a request cost."""
    return (await session.exec(select(CostRecord).where(CostRecord.request_id == request_id))).first()


async def hold_of(session: AsyncSession, request_id: UUID) -> Hold | None:
    """The hold of a request that still runs."""
    return (await session.exec(select(Hold).where(Hold.request_id == request_id))).first()


def _settled(wanted: CallFilter) -> Query:
    """The last attempts of settled requests."""
    own = and_(
        col(CostRecord.organisation_id) == col(ModelCall.organisation_id),
        col(CostRecord.request_id) == col(ModelCall.request_id),
    )
    used = and_(
        col(UsageRecord.organisation_id) == col(ModelCall.organisation_id),
        col(UsageRecord.request_id) == col(ModelCall.request_id),
    )
    latency = col(ModelCall.started_ms) + col(ModelCall.latency_ms)
    query: Query = (
        core_select(
            col(ModelCall.id),
            col(ModelCall.request_id),
            col(ModelCall.created_at),
            col(ModelCall.user_id),
            col(User.email).label("user_email"),
            col(ModelCall.provider),
            col(ModelCall.model),
            col(ModelCall.assistant),
            col(ModelCall.status),
            col(ModelCall.attempt).label("attempts"),
            latency.label("latency_ms"),
            col(ModelCall.first_token_ms),
            col(UsageRecord.prompt_tokens),
            col(UsageRecord.completion_tokens),
            col(CostRecord.raw_cost),
            col(CostRecord.charged).label("credits"),
            col(ModelCall.error_code),
            col(ModelCall.purpose),
        )
        .join(User, col(User.id) == col(ModelCall.user_id))
        .outerjoin(CostRecord, own)
        .outerjoin(UsageRecord, used)
        .where(col(ModelCall.final))
    )
    for column, value in (
        (col(ModelCall.model), wanted.model),
        (col(ModelCall.provider), wanted.provider),
        (col(ModelCall.status), wanted.status),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.fell_back:
        query = query.where(fell_back())
    if wanted.slow:
        query = query.where(or_(latency >= SLOW_MS, col(ModelCall.first_token_ms) >= SLOW_FIRST_TOKEN_MS))
    return _narrowed(query, wanted, col(ModelCall.user_id), col(ModelCall.request_id), col(ModelCall.created_at))


def fell_back() -> ColumnElement[bool]:
    """Whether another model was tried before the one of this last attempt."""
    earlier = aliased(ModelCall)
    other = (
        core_select(col(earlier.id))
        .where(
            col(earlier.organisation_id) == col(ModelCall.organisation_id),
            col(earlier.request_id) == col(ModelCall.request_id),
            col(earlier.model) != col(ModelCall.model),
        )
        .exists()
    )
    return and_(col(ModelCall.attempt) > 1, other)


def _running(wanted: CallFilter) -> Query:
    """The holds of requests that still run; which model is being asked is known only from the decision."""
    first = col(Hold.route)["chain"][0]
    provider, model = first["provider"].astext, first["model"].astext
    query: Query = core_select(
        col(Hold.request_id).label("id"),
        col(Hold.request_id),
        col(Hold.created_at),
        col(Hold.user_id),
        col(User.email).label("user_email"),
        func.coalesce(provider, "").label("provider"),
        func.coalesce(model, "").label("model"),
        func.coalesce(col(Hold.route)["assistant"].astext, "").label("assistant"),
        literal("running").label("status"),
        literal(1).label("attempts"),
        *(cast(null(), Integer).label(name) for name in ("latency_ms", "first_token_ms")),
        *(cast(null(), Integer).label(name) for name in ("prompt_tokens", "completion_tokens")),
        *(cast(null(), Numeric).label(name) for name in ("raw_cost", "credits")),
        cast(null(), Text).label("error_code"),
        literal("answer").label("purpose"),
    ).join(User, col(User.id) == col(Hold.user_id))
    if wanted.model is not None:
        query = query.where(model == wanted.model)
    if wanted.provider is not None:
        query = query.where(provider == wanted.provider)
    return _narrowed(query, wanted, col(Hold.user_id), col(Hold.request_id), col(Hold.created_at))


def _narrowed(
    query: Query,
    wanted: CallFilter,
    user_id: Mapped[UUID],
    request_id: Mapped[UUID],
    created_at: Mapped[datetime],
) -> Query:
    if wanted.request_id is not None:
        query = query.where(request_id == wanted.request_id)
    if wanted.user_id is not None:
        query = query.where(user_id == wanted.user_id)
    elif wanted.user is not None:
        query = query.where(col(User.email).ilike(wanted.user))
    if wanted.since is not None:
        query = query.where(created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(created_at < wanted.until)
    return query


def _page(
    query: Query, key: tuple[Mapped[datetime], Mapped[UUID]], seen: tuple[datetime, UUID] | None, limit: int
) -> Query:
    if seen is not None:
        query = query.where(tuple_(*key) < seen)
    return query.order_by(*(part.desc() for part in key)).limit(limit)
