"""What a person used."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.entitlements.repository import open_period
from backend.metering import usage_repository as repository
from backend.metering import views
from backend.metering.usage_repository import Grouping, Span
from backend.openapi import errors
from shared.paths import USAGE
from shared.usage import DayAndAssistant, Usage

Since = Annotated[
    str | None,
    QueryParameter(name="from", required=False, max_length=40, description="Time or day, included."),
]
Until = Annotated[
    str | None,
    QueryParameter(name="to", required=False, max_length=40, description="Time or day, not included."),
]
GroupBy = Annotated[Grouping, QueryParameter(required=False, description="What the items are.")]
ByKey = Annotated[
    UUID | None,
    QueryParameter(name="api_key", required=False, description="Only what this API key (by its id) asked for."),
]


class UsageController(Controller):
    """Credits, calls and tokens."""

    path = USAGE
    guards = [signed_in]
    tags = ["Plans and usage"]

    @get(operation_id="GetUsage", summary="What you used, and what is left", responses=errors(400, 401))
    async def read(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        since: Since = None,
        until: Until = None,
        group_by: GroupBy = "day",
        api_key: ByKey = None,
    ) -> Usage:
        """Of the current month where nothing else is asked for, at most 400 days; days are UTC.

        The credits agree with the ledger to the last digit.
        """
        now = datetime.now(UTC)
        period = views.asked_period(since, until, now)
        current = catalogue.current
        entitlement = identity.entitlement(current)
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
            current,
        )
