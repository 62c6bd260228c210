"""Answering what somebody used, for every address that tells it."""

from datetime import UTC, datetime
from uuid import UUID

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Catalogue
from backend.database import Database
from backend.entitlements.repository import open_period
from backend.metering import usage_repository as repository
from backend.metering import views
from backend.metering.usage_repository import Grouping, Span
from shared.usage import DayAndAssistant, Usage


async def usage_of(
    database: Database,
    catalogue: Catalogue,
    identity: Identity,
    *,
    since: str | None,
    until: str | None,
    group_by: Grouping,
    api_key: UUID | None,
) -> Usage:
    """A person's usage in a period, or what one of their API keys asked for. Raises `InvalidRequest`."""
    now = datetime.now(UTC)
    period = views.asked_period(since, until, now)
    entitlement = identity.entitlement(catalogue)
    span = Span(identity.user_id, period.since, period.until, api_key)
    async with database.unit_of_work() as session:
        rows = await repository.grouped(session, span, group_by)
        days = await repository.by_day_and_assistant(session, span)
        failed = await repository.failed(session, span)
        credits = await open_period(session, identity.user_id, entitlement.monthly_credits)
    return views.usage(
        period,
        views.credit_period(now),
        credits,
        entitlement.limits,
        rows,
        group_by,
        failed,
        [DayAndAssistant(day=day.isoformat(), assistant=family, credits=used) for day, family, used in days],
        catalogue,
    )
