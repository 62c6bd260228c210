"""What a person used, from the rows that settlement writes beside the ledger's charges."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.metering.tables import ModelCall, UsageRecord

Grouping = Literal["day", "model", "assistant"]


class Sums(NamedTuple):
    """What the records of one group come to."""

    key: str
    credits: Decimal
    calls: int
    prompt_tokens: int
    completion_tokens: int


class Span(NamedTuple):
    """Whose usage, from when (included) to when (not included), by which API key if only one counts."""

    user_id: UUID
    since: datetime
    until: datetime
    api_key_id: UUID | None = None


async def grouped(session: AsyncSession, span: Span, by: Grouping) -> list[Sums]:
    """One row for each day, model or assistant that was used, by its key."""
    key: Any = {"day": _day(), "model": col(UsageRecord.model), "assistant": col(UsageRecord.assistant)}[by]
    query = (
        select(
            key,
            func.sum(UsageRecord.display_units),
            func.count(),
            func.json_build_array(func.sum(UsageRecord.prompt_tokens), func.sum(UsageRecord.completion_tokens)),
        )
        .where(*_within(span, UsageRecord))
        .group_by(key)
        .order_by(key)
    )
    return [Sums(str(name), credits, calls, *tokens) for name, credits, calls, tokens in await session.exec(query)]


async def by_day_and_assistant(session: AsyncSession, span: Span) -> Sequence[tuple[date, str, Decimal]]:
    """Credits of each day at each assistant family."""
    day, assistant = _day(), col(UsageRecord.assistant)
    query = (
        select(day, assistant, func.sum(UsageRecord.display_units))
        .where(*_within(span, UsageRecord))
        .group_by(day, assistant)
        .order_by(day, assistant)
    )
    return (await session.exec(query)).all()


async def failed(session: AsyncSession, span: Span) -> int:
    """Requests that failed and cost nothing."""
    charged = (
        select(UsageRecord.id)
        .where(
            col(UsageRecord.organisation_id) == col(ModelCall.organisation_id),
            col(UsageRecord.request_id) == col(ModelCall.request_id),
        )
        .exists()
    )
    query = select(func.count()).where(
        *_within(span, ModelCall),
        col(ModelCall.final),
        col(ModelCall.status) == "failed",
        col(ModelCall.purpose) == "answer",
        ~charged,
    )
    return (await session.exec(query)).one()


def _day() -> ColumnElement[date]:
    return cast(func.timezone("UTC", col(UsageRecord.created_at)), Date)


def _within(span: Span, rows: type[ModelCall | UsageRecord]) -> list[ColumnElement[bool]]:
    created_at = col(rows.created_at)
    found = [col(rows.user_id) == span.user_id, created_at >= span.since, created_at < span.until]
    return found if span.api_key_id is None else [*found, col(rows.api_key_id) == span.api_key_id]
