"""A person's usage over a period, as it is shown. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from backend.catalogue.snapshot import Catalogue
from backend.entitlements.repository import Credits
from backend.errors import InvalidRequest
from backend.metering.usage_repository import Grouping, Sums
from backend.periods import instant, month_start, next_month
from shared.plans import PlanLimits
from shared.usage import DayAndAssistant, Usage, UsageRow, UsageTotal

LONGEST = timedelta(days=400)
ZERO = Decimal(0)


class Period(Struct, frozen=True):
    """From `since` (included) to `until` (not included)."""

    since: datetime
    until: datetime

    def view(self) -> dict[str, datetime]:
        """As the wire has it."""
        return {"from": self.since, "to": self.until}


def credit_period(now: datetime) -> Period:
    """The calendar month, UTC, for which credits are granted."""
    return Period(month_start(now), next_month(now))


def asked_period(since: str | None, until: str | None, now: datetime) -> Period:
    """The period that was asked for; where an end is left open, that of the current month.

    Raises `InvalidRequest` for a period that is empty, unreadable or longer than 400 days.
    """
    month = credit_period(now)
    period = Period(instant(since) or month.since, instant(until) or month.until)
    if period.since >= period.until:
        raise InvalidRequest("The period ends before it begins: `from` must be earlier than `to`.")
    if period.until - period.since > LONGEST:
        raise InvalidRequest(f"The period is longer than {LONGEST.days} days. Ask for a shorter one.")
    return period


def usage(
    period: Period,
    month: Period,
    credits: Credits,
    limits: PlanLimits,
    rows: list[Sums],
    by: Grouping,
    failed: int,
    by_day_and_assistant: list[DayAndAssistant],
    catalogue: Catalogue,
) -> Usage:
    """Usage with its totals; they are the sums of the rows."""
    labels = _labels(by, catalogue)
    return Usage(
        period=period.view(),
        credit_period=month.view(),
        balance=credits.balance - credits.held,
        granted=credits.granted,
        limits=limits,
        total=UsageTotal(
            credits=sum((row.credits for row in rows), ZERO),
            calls=sum(row.calls for row in rows),
            failed=failed,
            prompt_tokens=sum(row.prompt_tokens for row in rows),
            completion_tokens=sum(row.completion_tokens for row in rows),
        ),
        items=[
            UsageRow(
                key=row.key,
                label=labels.get(row.key, row.key),
                credits=row.credits,
                calls=row.calls,
                prompt_tokens=row.prompt_tokens,
                completion_tokens=row.completion_tokens,
            )
            for row in rows
        ],
        by_day_and_assistant=by_day_and_assistant,
    )


def _labels(by: Grouping, catalogue: Catalogue) -> dict[str, str]:
    if by == "model":
        return {model.name: model.display_name for model in catalogue.models}
    if by == "assistant":
        return {assistant.family: assistant.name for assistant in catalogue.assistants}
    return {}
