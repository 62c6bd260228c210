"""Points and spans of time as callers write them: RFC 3339 times or days, in UTC. Pure."""

from datetime import UTC, date, datetime, time

from backend.errors import InvalidRequest


def instant(text: str | None) -> datetime | None:
    """The point in time; a day is its first moment, UTC. Raises `InvalidRequest`."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-21"):
            return datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise _unreadable(text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _unreadable(text) from None


def month_start(moment: datetime) -> datetime:
    """The first moment of its calendar month, UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(moment: datetime) -> datetime:
    """The first moment of the following calendar month, UTC."""
    start = month_start(moment)
    return start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)


def _unreadable(text: str) -> InvalidRequest:
    return InvalidRequest(f"{text!r} is no point in time. Write 2026-11-21 or 2026-11-21T09:30:00Z, URL-encoded.")
