"""The answers being written in this process."""

import asyncio
from uuid import UUID

from backend.chat.generation import Generation
from backend.chat.outcome import Ended

KEEP_SECONDS = 30.0
"""How long a finished stream can still be read from memory by somebody who comes back."""


class Generations:
    """Running and just finished generations by request id."""

    def __init__(self) -> None:
        self._by_request: dict[UUID, Generation] = {}
        self._running: set[Generation] = set()

    def __len__(self) -> int:
        return len(self._running)

    @property
    def running(self) -> set[Generation]:
        """The generations that have not ended."""
        return set(self._running)

    @property
    def request_ids(self) -> set[UUID]:
        """The requests whose answers are being written."""
        return {generation.order.request_id for generation in self._running}

    def get(self, request_id: UUID) -> Generation | None:
        """A generation of this process, running or just finished."""
        return self._by_request.get(request_id)

    def start(self, generation: Generation) -> None:
        """Starts it and keeps it until a while after its end."""
        request_id = generation.order.request_id
        self._by_request[request_id] = generation
        self._running.add(generation)
        generation.start()

        def forget_later(_: asyncio.Future[Ended]) -> None:
            self._running.discard(generation)
            if not generation.order.streamed:
                del self._by_request[request_id]
                return
            asyncio.get_running_loop().call_later(KEEP_SECONDS, self._by_request.pop, request_id, None)

        generation.ended.add_done_callback(forget_later)

    def cancel(self, request_id: UUID) -> bool:
        """Stops an answer of this process; False when it is not here or over."""
        generation = self._by_request.get(request_id)
        return generation is not None and generation.cancel()

    async def drain(self, seconds: float) -> None:
        """Lets answers finish, then interrupts those that have not."""
        if self._running:
            await asyncio.wait([g.ended for g in self._running], timeout=seconds)
        for generation in list(self._running):
            generation.interrupt("Fairlead was stopped before the answer was complete. Send the prompt again.")
        if self._running:
            await asyncio.wait([g.ended for g in self._running], timeout=2)
