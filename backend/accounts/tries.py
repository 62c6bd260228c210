"""When failed sign-ins lead to a pause. Pure.

A try is counted before its password is looked at and taken back when it was right, so that no number of tries at
once is more than the limit.
"""

import math
from datetime import datetime, timedelta

from msgspec import Struct

WINDOW = timedelta(minutes=15)
PAUSE = timedelta(minutes=15)
ACCOUNT_LIMIT = 5
ADDRESS_LIMIT = 50


class Count(Struct, frozen=True):
    """Tries of one account or address since the first one of its window."""

    failures: int
    since: datetime
    paused_until: datetime | None = None


def seconds_to_wait(count: Count, now: datetime) -> int:
    """Seconds until the next try is allowed, rounded up; 0 when it is allowed now."""
    if count.paused_until is None or count.paused_until <= now:
        return 0
    return math.ceil((count.paused_until - now).total_seconds())


def one_more(count: Count | None, now: datetime, limit: int) -> Count:
    """The count with one more try, in pause when it is the last one; a window or pause that is over is forgotten."""
    over = count is None or count.since + WINDOW <= now or count.paused_until is not None
    failures, since = (1, now) if over or count is None else (count.failures + 1, count.since)
    return Count(failures, since, now + PAUSE if failures >= limit else None)


def one_less(count: Count, limit: int) -> Count:
    """The count without a try that turned out right, and without the pause it began."""
    failures = max(count.failures - 1, 0)
    return Count(failures, count.since, count.paused_until if failures >= limit else None)


def told(what: str, left: int) -> str:
    """What somebody reads after a try that failed; `what` is the sentence that says so."""
    minutes = int(PAUSE.total_seconds() // 60)
    if left <= 0:
        return f"{what} Signing in is paused for {minutes} minutes."
    tries = "1 try" if left == 1 else f"{left} tries"
    return f"{what} {tries} left before a pause of {minutes} minutes."


def told_to_wait(seconds: int) -> str:
    """What somebody reads during the pause."""
    minutes = math.ceil(seconds / 60)
    return f"Too many tries did not match. Try again in {'1 minute' if minutes == 1 else f'{minutes} minutes'}."
