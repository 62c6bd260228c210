"""The table of background jobs. Each is a function in its feature's `jobs.py`, safe to run twice and at once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

import structlog

from backend.accounts import jobs as accounts
from backend.chat import jobs as chat
from backend.metering import jobs as metering

if TYPE_CHECKING:
    from backend.services import Services

log = structlog.get_logger()


class Job(NamedTuple):
    """`seconds` is the pause before each run."""

    name: str
    seconds: float
    function: Callable[["Services"], Awaitable[None]]


JOBS = (
    Job("look_after_readers", 5, chat.look_after_readers),
    Job("renew_leases", 15, metering.renew_leases),
    Job("note_last_use", 20, accounts.flush_last_used),
    Job("settle_orphans", 30, metering.settle_orphans),
    Job("purge_metering", 600, metering.purge),
    Job("purge_accounts", 600, accounts.purge),
)


class Jobs:
    """Runs the table in this process."""

    def __init__(self, services: "Services") -> None:
        self._services = services
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Starts every job; must be called in a running loop."""
        self._tasks = [asyncio.create_task(self._repeat(job), name=f"job {job.name}") for job in JOBS]

    async def close(self) -> None:
        """Stops them; a job that is cut off runs again elsewhere or at the next start."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _repeat(self, job: Job) -> None:
        while True:
            await asyncio.sleep(job.seconds)
            try:
                await job.function(self._services)
            except Exception:
                log.exception("job_failed", job=job.name)
