"""Writing what comes at the same time in one statement.

While one statement is on its way, further records gather and go with the next: under load a statement carries many,
alone a record waits for nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar
from uuid import UUID

import psycopg
import psycopg_pool
import structlog

BATCH = 25
AT_ONCE = 2
"""Statements on their way at the same time."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 5.0
AWAY = (psycopg.OperationalError, psycopg_pool.PoolTimeout)

log = structlog.get_logger()


class HasRequestId(Protocol):
    """What belongs to a request."""

    @property
    def request_id(self) -> UUID:
        """The request."""


Record = TypeVar("Record", bound=HasRequestId)
Result = TypeVar("Result")
Write = Callable[[list[Record]], Awaitable[dict[UUID, Result]]]
"""A repeatable statement: results by request id."""
Batch = dict[UUID, tuple[Record, asyncio.Future[Result]]]


class Batches(Generic[Record, Result]):
    """A queue of records of one kind. `persistent` ones are tried until the database is back."""

    def __init__(self, name: str, write: Write[Record, Result], *, persistent: bool) -> None:
        self._name = name
        self._write = write
        self._persistent = persistent
        self._waiting: Batch[Record, Result] = {}
        self._sent: set[UUID] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._pause = FIRST_PAUSE

    def __len__(self) -> int:
        return len(self._waiting) + len(self._sent)

    @property
    def request_ids(self) -> set[UUID]:
        """What is not written yet."""
        return self._sent | set(self._waiting)

    def submit(self, record: Record) -> asyncio.Future[Result]:
        """Queues a record, once for each request. The future may be ignored, or awaited under `asyncio.shield`."""
        if record.request_id in self._waiting:
            return self._waiting[record.request_id][1]
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting[record.request_id] = (record, future)
        if len(self._tasks) < AT_ONCE:
            task = asyncio.create_task(self._work(), name=self._name)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    async def close(self, seconds: float) -> int:
        """Writes what is waiting, for at most `seconds`; returns how many are left to reconciliation."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        return len(self)

    async def _work(self) -> None:
        while self._waiting:
            batch = {request_id: self._waiting.pop(request_id) for request_id in list(self._waiting)[:BATCH]}
            self._sent |= batch.keys()
            try:
                unwritten = await self._send(batch)
            finally:
                self._sent -= batch.keys()
            if unwritten:
                self._waiting.update(unwritten)
                await asyncio.sleep(self._pause)
                self._pause = min(2 * self._pause, LONGEST_PAUSE)

    async def _send(self, batch: Batch[Record, Result]) -> Batch[Record, Result]:
        """Writes a batch; gives back what is to be tried again. A record that cannot be written fails alone."""
        try:
            results = await self._write([record for record, _ in batch.values()])
        except AWAY as error:
            return self._away(batch, error)
        except Exception as error:
            if len(batch) == 1:
                self._refuse(batch, error)
                return {}
            unwritten: Batch[Record, Result] = {}
            for request_id, entry in batch.items():
                unwritten |= await self._send({request_id: entry})
            return unwritten
        self._pause = FIRST_PAUSE
        self._resolve(batch, results)
        return {}

    def _away(self, batch: Batch[Record, Result], error: Exception) -> Batch[Record, Result]:
        if self._persistent:
            log.warning("database_awaited", queue=self._name, waiting=len(self), fault=type(error).__name__)
            return batch
        for _, future in batch.values():
            if not future.done():
                future.set_exception(error)
        return {}

    def _refuse(self, batch: Batch[Record, Result], error: Exception) -> None:
        for request_id, (_, future) in batch.items():
            log.error("write_refused", queue=self._name, request_id=str(request_id), exc_info=error)
            if not future.done():
                future.set_exception(error)
                future.exception()

    @staticmethod
    def _resolve(batch: Batch[Record, Result], results: dict[UUID, Result]) -> None:
        for request_id, (_, future) in batch.items():
            if future.done():
                continue
            if request_id in results:
                future.set_result(results[request_id])
            else:
                future.set_exception(LookupError(f"request {request_id} was written without a result"))
