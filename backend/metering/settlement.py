"""Settlement: ending requests exactly once.

Records are written by tasks of their own, so nothing that unwinds a request can unwind its accounting. While
PostgreSQL is away they wait here and are tried again; their holds keep the credits meanwhile.
"""

import asyncio
from uuid import UUID

from backend.database import Database
from backend.metering import repository
from backend.metering.batches import Batches
from backend.metering.records import Settled, SettlementRecord


class Settler:
    """One process's requests that have ended and are to be written."""

    def __init__(self, database: Database) -> None:
        self._batches: Batches[SettlementRecord, Settled] = Batches(
            "settlement", lambda records: repository.settle(database, records), persistent=True
        )

    @property
    def waiting(self) -> int:
        """How many requests have ended and are not written yet."""
        return len(self._batches)

    @property
    def request_ids(self) -> set[UUID]:
        """Those requests."""
        return self._batches.request_ids

    def submit(self, record: SettlementRecord) -> asyncio.Future[Settled]:
        """Ends a request; the future may be ignored."""
        return self._batches.submit(record)

    async def close(self, seconds: float) -> int:
        """Writes what is waiting, for at most `seconds`; returns how many are left to reconciliation."""
        return await self._batches.close(seconds)
