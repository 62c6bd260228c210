"""Settlement: ending requests exactly once, many of them in one statement.

Settling runs in a task of its own, so nothing that unwinds a request can unwind its accounting. While PostgreSQL is
away records wait here and are tried again; their holds keep the credits meanwhile.
"""

import asyncio
from uuid import UUID

import psycopg
import psycopg_pool
import structlog

from backend.database import Database
from backend.metering import repository
from backend.metering.records import Settled, SettlementRecord

BATCH = 25
LONGEST_PAUSE = 5.0

log = structlog.get_logger()


class Settler:
    """One process's queue of requests to end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[UUID, tuple[SettlementRecord, asyncio.Future[Settled]]] = {}
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def waiting(self) -> int:
        """How many requests have ended and are not written yet."""
        return len(self._waiting)

    def start(self) -> None:
        """Begins to work; must be called in a running loop."""
        self._task = asyncio.create_task(self._run(), name="settler")

    async def close(self, seconds: float) -> int:
        """Writes what is waiting, for at most `seconds`, and gives the number left to reconciliation."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)
            self._task.cancel()
        return len(self._waiting)

    def submit(self, record: SettlementRecord) -> asyncio.Future[Settled]:
        """Queues a request to be ended; the future may be ignored, or awaited under `asyncio.shield`."""
        future = asyncio.get_running_loop().create_future()
        self._waiting[record.request_id] = (record, future)
        self._work.set()
        return future

    async def _run(self) -> None:
        pause = 0.05
        while not (self._closing and not self._waiting):
            if not self._waiting:
                self._work.clear()
                await self._work.wait()
                continue
            batch = [record for record, _ in list(self._waiting.values())[:BATCH]]
            try:
                self._resolve(batch, await repository.settle(self._database, batch))
                pause = 0.05
            except (psycopg.OperationalError, psycopg_pool.PoolTimeout) as error:
                log.warning("settlement_waits", waiting=len(self._waiting), fault=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except psycopg.Error:
                await self._one_by_one(batch)

    async def _one_by_one(self, batch: list[SettlementRecord]) -> None:
        """A batch that cannot be written is written record by record, so that a bad one harms no other."""
        for record in batch:
            try:
                self._resolve([record], await repository.settle(self._database, [record]))
            except (psycopg.OperationalError, psycopg_pool.PoolTimeout):
                return
            except psycopg.Error as error:
                log.exception("settlement_refused", request_id=str(record.request_id))
                _, future = self._waiting.pop(record.request_id)
                if not future.done():
                    future.set_exception(error)
                    future.exception()

    def _resolve(self, batch: list[SettlementRecord], results: dict[UUID, Settled]) -> None:
        for record in batch:
            _, future = self._waiting.pop(record.request_id)
            if not future.done():
                future.set_result(results[record.request_id])
