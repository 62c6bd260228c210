"""The table of background jobs. Each is a function in its feature's `jobs.py`, safe to run twice and at once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

import structlog

from backend.abuse import jobs as abuse
from backend.accounts import jobs as accounts
from backend.attachments import jobs as attachments
from backend.chat import jobs as chat
from backend.metering import jobs as metering
from backend.metering.reconciliation import jobs as reconciliation
from backend.providers import jobs as providers
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.services import Services

log = structlog.get_logger()


Pause = Callable[[Settings], float]


def every(seconds: float) -> Pause:
    """The same pause whatever the settings say."""
    return lambda _: seconds


def of_a_lease(share: float) -> Pause:
    """A part of the time for which a hold is kept."""
    return lambda settings: share * settings.lease_seconds


class Job(NamedTuple):
    """`pause` gives the seconds before each run."""

    name: str
    pause: Pause
    function: Callable[["Services"], Awaitable[None]]


JOBS = (
    Job("look_after_readers", every(5), chat.look_after_readers),
    Job("save_answers", every(0.5), chat.save_answers),
    Job("purge_answers", every(60), chat.purge_answers),
    Job("try_failing_endpoints", every(1), providers.try_failing_endpoints),
    Job("check_endpoints", lambda settings: settings.health_check_interval, providers.check_endpoints),
    Job("measure_endpoints", every(10), providers.measure_endpoints),
    Job("renew_leases", of_a_lease(1 / 4), metering.renew_leases),
    Job("note_last_use", every(20), accounts.flush_last_used),
    Job("note_last_use_of_keys", every(20), accounts.flush_last_used_keys),
    Job("renew_api_keys", every(300), accounts.renew_api_keys),
    Job("repair_books", of_a_lease(1 / 2), reconciliation.repair_books),
    Job("check_money", every(reconciliation.MONEY_SECONDS), reconciliation.check_money),
    Job("correct_estimates", every(20), metering.correct_estimates),
    Job("measure_answers", every(1800), metering.measure_answers),
    Job("refresh_restraints", every(30), abuse.refresh),
    Job("announce_abuse", every(10), abuse.announce),
    Job("purge_abuse", every(600), abuse.purge),
    Job("purge_metering", every(600), metering.purge),
    Job("purge_attachments", every(600), attachments.purge),
    Job("purge_accounts", every(600), accounts.purge),
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
        pause = job.pause(self._services.settings)
        while True:
            await asyncio.sleep(pause)
            try:
                await job.function(self._services)
            except Exception:
                log.exception("job_failed", job=job.name)
