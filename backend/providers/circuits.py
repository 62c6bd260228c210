"""When an endpoint is used: a circuit is closed (used), open (not used), or half open (one call may try it). Pure.

It opens when calls fail, is probed when its cool-down is over, is half open after a successful probe, and closed by a
successful call or a second probe. Each failure on the way lengthens the cool-down.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, structs

from backend.providers.errors import (
    ContentFiltered,
    ContextTooLong,
    ProviderError,
    RateLimited,
    Rejected,
)

FIRST_COOL_DOWN = 2.0
LONGEST_COOL_DOWN = 15.0
"""Seconds. With the time a probe takes it keeps a recovered endpoint waiting for less than half a minute."""
RECHECK = 2.0
"""Seconds from the first successful probe to the second."""
IN_A_ROW = 5
WINDOW = 30.0
FEWEST_CALLS = 10
FAILING_SHARE = 0.5
"""A circuit opens on `IN_A_ROW` faults, or when this share of `FEWEST_CALLS` or more in `WINDOW` seconds are faults."""

_BUCKET = 3.0


class CircuitState(StrEnum):
    """As the table and the wire have it."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Circuit(Struct, frozen=True, kw_only=True):
    """One endpoint's circuit. `retry_at` is when it is probed next, None while closed.

    `trips` counts openings and failed tries since a call last succeeded.
    """

    state: CircuitState = CircuitState.CLOSED
    reason: str = ""
    trips: int = 0
    opened_at: datetime | None = None
    retry_at: datetime | None = None

    def retry_in(self, now: datetime) -> float:
        """Seconds until the next probe, at least 0."""
        return 0.0 if self.retry_at is None else max(0.0, (self.retry_at - now).total_seconds())


CLOSED = Circuit()


class What(StrEnum):
    """What was learnt of an endpoint."""

    FAILING = "failing"
    """Ordinary calls, or probes of an idle endpoint, fail."""
    ANSWERED = "answered"
    """A call succeeded."""
    TRIAL_FAILED = "trial_failed"
    """The one call that tried a half-open circuit failed."""
    PROBE_PASSED = "probe_passed"
    PROBE_FAILED = "probe_failed"
    """A probe of a circuit that is not closed."""


class Finding(Struct, frozen=True):
    """One thing learnt. `reason` is for admins; `configuration`: only an admin can mend it."""

    what: What
    reason: str = ""
    configuration: bool = False


def step(circuit: Circuit, finding: Finding, now: datetime) -> Circuit:
    """The circuit after a finding.

    Findings come late and from several processes: one that does not fit the state is of an earlier time and changes
    nothing.
    """
    match finding.what, circuit.state:
        case What.FAILING, CircuitState.CLOSED:
            return _opened(circuit, finding, now, since=now)
        case (What.TRIAL_FAILED, CircuitState.HALF_OPEN) | (
            What.PROBE_FAILED,
            CircuitState.OPEN | CircuitState.HALF_OPEN,
        ):
            return _opened(circuit, finding, now, since=circuit.opened_at or now)
        case What.PROBE_PASSED, CircuitState.OPEN:
            return structs.replace(circuit, state=CircuitState.HALF_OPEN, retry_at=now + timedelta(seconds=RECHECK))
        case What.PROBE_PASSED, CircuitState.HALF_OPEN:
            return Circuit(trips=circuit.trips)
        case What.ANSWERED, CircuitState.CLOSED | CircuitState.HALF_OPEN:
            return CLOSED
    return circuit


def cool_down(trips: int) -> float:
    """Seconds that a circuit which opened for the `trips`-th time in a row stays open."""
    return min(FIRST_COOL_DOWN * 2.0 ** min(max(trips, 1) - 1, 16), LONGEST_COOL_DOWN)


def _opened(circuit: Circuit, finding: Finding, now: datetime, *, since: datetime) -> Circuit:
    trips = circuit.trips + 1
    return Circuit(
        state=CircuitState.OPEN,
        reason=finding.reason,
        trips=trips,
        opened_at=since,
        retry_at=now + timedelta(seconds=cool_down(trips)),
    )


class Verdict(StrEnum):
    """What a failed call says of the endpoint. (Not of the model, the prompt, or our use of it.)"""

    FAULT = "fault"
    CONFIGURATION = "configuration"
    """Nothing will help but an admin: open at once."""
    ALIVE = "alive"
    """It answered properly, though not with what was asked for."""
    SILENT = "silent"
    """Nothing is learnt."""


def verdict(error: ProviderError) -> Verdict:
    """Reads a failure of a call."""
    if error.configuration_fault:
        return Verdict.CONFIGURATION
    if isinstance(error, ContentFiltered | ContextTooLong | Rejected):
        return Verdict.ALIVE
    return Verdict.SILENT if isinstance(error, RateLimited) else Verdict.FAULT


class Tally:
    """Calls of the last `WINDOW` seconds, to within a tenth of it, and faults in a row. Times are in seconds."""

    __slots__ = ("_buckets", "_in_a_row")

    def __init__(self) -> None:
        self._buckets: list[list[float]] = []
        self._in_a_row = 0

    def add(self, now: float, *, fault: bool) -> None:
        """Counts one call."""
        self._in_a_row = self._in_a_row + 1 if fault else 0
        bucket = now // _BUCKET
        if not self._buckets or self._buckets[-1][0] != bucket:
            self._forget(now)
            self._buckets.append([bucket, 0, 0])
        self._buckets[-1][1] += 1
        self._buckets[-1][2] += fault

    def failing(self, now: float) -> str | None:
        """Why the circuit should open, None when it should not."""
        if self._in_a_row >= IN_A_ROW:
            return f"{self._in_a_row} calls in a row failed"
        self._forget(now)
        calls = int(sum(calls for _, calls, _ in self._buckets))
        faults = int(sum(faults for _, _, faults in self._buckets))
        if calls >= FEWEST_CALLS and faults >= FAILING_SHARE * calls:
            return f"{faults} of {calls} calls in {WINDOW:.0f} seconds failed"
        return None

    def _forget(self, now: float) -> None:
        oldest = now // _BUCKET - WINDOW / _BUCKET
        self._buckets = [bucket for bucket in self._buckets if oldest < bucket[0] <= now // _BUCKET]
