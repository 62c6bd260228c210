"""What a sender's standing means for one request. Pure.

An address is shared: a company's whole staff may send from it. So it restrains nobody who had an account before, only
newcomers, who may be the same few people with fresh accounts. Whoever has done nothing wrong keeps what they have.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from backend.abuse.errors import Paused
from backend.columns import made_at
from shared.abuse import AbuseCause, AbuseKind

NEWCOMER = timedelta(days=7)
"""How old an account is that an address may restrain."""


class Entry(Struct, frozen=True, kw_only=True):
    """One restrained subject. `slowed` and `paused` are moments of this process's monotonic clock, in seconds."""

    id: UUID
    kind: AbuseKind
    ref: str
    slow_by: int
    by_hand: bool
    cause: AbuseCause | None
    slowed: float
    paused: float
    slowed_until: datetime | None
    paused_until: datetime | None


class Restraint(Struct, frozen=True, kw_only=True):
    """How much slower somebody is, and in words why. `slow_by` 1 is not at all."""

    slow_by: int = 1
    note: str = ""


FREE = Restraint()
_WHOSE = {
    AbuseKind.USER: "Sending is paused",
    AbuseKind.KEY: "This API key is paused",
    AbuseKind.ADDRESS: "New accounts at your network address are paused",
}
_WHY = {
    AbuseCause.BLOCKED: "several prompts were blocked by a safety rule",
    AbuseCause.COSTLY: "many costly requests came in a short time",
    AbuseCause.ADMIN: "an administrator decided so",
}


def restraint(entries: Sequence[Entry], now: float, today: datetime) -> Restraint:
    """How a sender with these entries is restrained at a moment. Raises `Paused`."""
    pauses = [entry for entry in entries if entry.paused > now]
    if pauses:
        raise _paused(max(pauses, key=lambda entry: entry.paused), now, today)
    slow = [entry for entry in entries if entry.slowed > now and entry.slow_by > 1]
    if not slow:
        return FREE
    most = max(slow, key=lambda entry: (entry.slow_by, entry.slowed))
    until = moment(most.slowed_until, today)
    return Restraint(
        slow_by=most.slow_by,
        note=f" It is {most.slow_by} times lower than usual until {until}, because prompts were blocked or costly.",
    )


def is_newcomer(user_id: UUID, today: datetime) -> bool:
    """Whether an account was made only lately; its id says when."""
    return today - made_at(user_id) < NEWCOMER


def moment(at: datetime | None, today: datetime) -> str:
    """A time as it is said to somebody whose clock is not known: with the day, unless it is today."""
    if at is None:
        return "further notice"
    at = at.astimezone(UTC)
    return f"{at:%H:%M} UTC" if at.date() == today.date() else f"{at.day} {at:%B %Y, %H:%M} UTC"


def _paused(entry: Entry, now: float, today: datetime) -> Paused:
    until = moment(entry.paused_until, today)
    cause = entry.cause or AbuseCause.BLOCKED
    mistake = "" if cause is AbuseCause.ADMIN else "If that was a mistake, "
    ask = "ask your administrator" if mistake else "Ask your administrator"
    return Paused(
        f"{_WHOSE[entry.kind]} until {until}, because {_WHY[cause]}. This prompt was not sent. {mistake}{ask}.",
        retry_after=max(1, int(entry.paused - now) + 1),
        details={
            "until": entry.paused_until.astimezone(UTC).isoformat().replace("+00:00", "Z")
            if entry.paused_until is not None
            else None,
            "whose": entry.kind.value,
            "cause": cause.value,
        },
    )
