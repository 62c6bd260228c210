"""What came in and what became of it, for tests and for the curious."""

from collections import Counter, deque
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

import msgspec

from backend.simulator.http import Request

KEPT_RECORDS = 500
KEPT_BODY_BYTES = 64 * 1024

Outcome = Literal["running", "complete", "disconnected", "broken"]


class Record(msgspec.Struct, kw_only=True):
    """One request. `chunks` counts the tokens written so far, each a frame of its own.

    `outcome` is `disconnected` when the client left before the end, `broken` when a fault cut the answer off.
    """

    number: int
    at: datetime
    connection: int
    path: str
    started_ms: float
    """On the server's own clock."""
    dialect: str | None = None
    model: str | None = None
    stream: bool = False
    status: int = 200
    fault: str | None = None
    max_tokens: int | None = None
    key_ending: str | None = None
    cookie: str | None = None
    chunks: int = 0
    broken: bool = False
    outcome: Outcome = "running"
    duration_ms: float | None = None
    body: msgspec.Raw | None = None
    """The request's JSON, when it is valid and not longer than 64 KB."""


class Figures(msgspec.Struct, kw_only=True, frozen=True):
    """Counters since the start or the last reset; connections and running requests are never reset."""

    received: int
    running: int
    most_running: int
    connections: int
    open_connections: int
    by_model: dict[str, int]
    by_status: dict[str, int]
    by_outcome: dict[str, int]


class Traffic:
    """Counts connections and keeps the last requests."""

    def __init__(self) -> None:
        self._number = self._connections = self._open = self._running = 0
        self.forget()

    def forget(self) -> None:
        """Count anew. Requests that still run are not counted when they end."""
        self._records: deque[Record] = deque(maxlen=KEPT_RECORDS)
        self._forgotten = self._number
        self._most_running = self._running
        self._by_model: Counter[str] = Counter()
        self._by_status: Counter[str] = Counter()
        self._by_outcome: Counter[str] = Counter()

    def connected(self) -> int:
        """A connection was opened; its number."""
        self._connections += 1
        self._open += 1
        return self._connections

    def disconnected(self) -> None:
        """A connection was closed."""
        self._open -= 1

    def started(self, request: Request, at: float) -> Record:
        """A request came in at `at` milliseconds."""
        self._number += 1
        self._running += 1
        self._most_running = max(self._most_running, self._running)
        record = Record(
            number=self._number,
            at=datetime.now(UTC),
            connection=request.connection,
            path=request.path,
            started_ms=at,
            cookie=request.headers.get("cookie"),
        )
        self._records.append(record)
        return record

    def ended(self, record: Record, *, complete: bool, at: float) -> None:
        """Its answer is out (`complete`) or its connection is gone."""
        self._running -= 1
        record.duration_ms = round(at - record.started_ms, 3)
        record.outcome = "broken" if record.broken else "complete" if complete else "disconnected"
        if record.number > self._forgotten:
            self._by_model[record.model or ""] += 1
            self._by_status[str(record.status)] += 1
            self._by_outcome[record.outcome] += 1

    def figures(self) -> Figures:
        """The counters now."""
        return Figures(
            received=self._number - self._forgotten,
            running=self._running,
            most_running=self._most_running,
            connections=self._connections,
            open_connections=self._open,
            by_model=dict(self._by_model),
            by_status=dict(self._by_status),
            by_outcome=dict(self._by_outcome),
        )

    def last(self, count: int) -> list[Record]:
        """The last requests, newest first."""
        return list(islice(reversed(self._records), count))
