"""One process's errands, running and to begin."""

import asyncio
from uuid import UUID

from msgspec import UnsetType

from backend.chat.caller import Caller
from backend.chat.replay import FirstFailed, await_result
from backend.chat.service import JOIN_SECONDS
from backend.database import Database
from backend.errands.outcome import ErrandEnded
from backend.errands.running import Running
from backend.errors import Unavailable
from backend.metering.records import StoredResult
from shared.errors import ErrorBody


class Errands:
    """Running errands by request id."""

    def __init__(self) -> None:
        self._running: dict[UUID, Running] = {}

    def __len__(self) -> int:
        return len(self._running)

    @property
    def request_ids(self) -> set[UUID]:
        """The requests being carried out."""
        return set(self._running)

    def get(self, request_id: UUID) -> Running | None:
        """A running one."""
        return self._running.get(request_id)

    def start(self, running: Running) -> None:
        """Starts it and keeps it until its end."""
        request_id = running.order.request_id
        self._running[request_id] = running

        def forget(_: asyncio.Future[ErrandEnded]) -> None:
            del self._running[request_id]

        running.ended.add_done_callback(forget)
        running.start()

    def cancel(self, request_id: UUID) -> bool:
        """Stops one; False when it is not here or over."""
        running = self._running.get(request_id)
        return running is not None and running.cancel()

    async def drain(self, seconds: float) -> None:
        """Lets errands finish, then interrupts those that have not."""
        if self._running:
            await asyncio.wait([r.ended for r in self._running.values()], timeout=seconds)
        for running in list(self._running.values()):
            running.interrupt("Fairlead was stopped before this was done. Ask again.")
        if self._running:
            await asyncio.wait([r.ended for r in self._running.values()], timeout=2)


async def first_body(database: Database, caller: Caller, request_id: UUID) -> bytes:
    """What the first request with an idempotency key was answered with. Raises what it raised, or `Unavailable`."""
    return _body(await await_result(database, caller.identity.caller, request_id, JOIN_SECONDS))


def _body(result: StoredResult) -> bytes:
    if isinstance(result.error, ErrorBody):
        raise FirstFailed(result.error, result.status)
    if isinstance(result.body, UnsetType):
        raise Unavailable("The first request's result is incomplete.")
    return bytes(result.body)
