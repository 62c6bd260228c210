"""How long a provider asks to be left alone."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 86_400
"""Seconds; a longer wish is cut to this."""


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> int | None:
    """Whole seconds, rounded up, that the response asks to wait; None when it does not say, or not legibly.

    `Retry-After` is seconds or an HTTP date (RFC 9110 §10.2.3), the date being read against the response's own
    `Date`, so that neither clock matters. `retry-after-ms` is OpenAI's finer form and goes first.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _whole(milliseconds / 1000)
    stated = headers.get("retry-after")
    seconds = _number(stated)
    if seconds is not None:
        return _whole(seconds)
    until = _instant(stated)
    if until is None:
        return None
    reference = _instant(headers.get("date")) or now or datetime.now(UTC)
    return _whole((until - reference).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _instant(text: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when is None or when.tzinfo is not None else when.replace(tzinfo=UTC)


def _whole(seconds: float) -> int:
    return min(max(math.ceil(seconds), 0), LONGEST)
