"""Spans of time that a page can be about. Days and months are UTC, as credits are granted by them."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_DAY = timedelta(days=1)

THIS_MONTH, LAST_MONTH, NINETY_DAYS = "This month", "Last month", "90 days"
USAGE_PERIODS = (THIS_MONTH, LAST_MONTH, NINETY_DAYS)

ANY_TIME = "Any time"
RECENT = {
    "Last hour": timedelta(hours=1),
    "Last 24 hours": timedelta(days=1),
    "Last 7 days": timedelta(days=7),
    "Last 30 days": timedelta(days=30),
}


class Period(NamedTuple):
    """From `first` (included) to `until` (not included); `last` is the last day with anything to show."""

    first: datetime
    until: datetime
    last: date


def usage_period(name: str, now: datetime) -> Period:
    """One of `USAGE_PERIODS` as seen at `now`."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    if name == LAST_MONTH:
        before = (month - _DAY).replace(day=1)
        return Period(before, month, (month - _DAY).date())
    if name == NINETY_DAYS:
        return Period(today - 89 * _DAY, today + _DAY, today.date())
    return Period(month, (month + 32 * _DAY).replace(day=1), today.date())


def since(name: str | None, now: datetime) -> datetime | None:
    """The start of one of `RECENT`, to the minute; None for any time."""
    length = RECENT.get(name or "")
    return None if length is None else (now - length).replace(second=0, microsecond=0)
