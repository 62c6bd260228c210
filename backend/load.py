"""How much one process is carrying, and when it is too much to take on more.

New work is refused while the work at hand would suffer: better a quick 503 than everybody's answers late, or a process
that the system ends for want of memory.
"""

import asyncio
import contextlib
from collections import deque

from backend.errors import Unavailable

TICK = 0.1
"""Seconds between two looks at the clock."""

LATE = 0.3
"""Seconds by which the event loop may lag: what everybody waits for, several times in each request."""

ON_END = 3
"""Ticks that have to be late before it counts: a single pause is none of the load's."""

MAX_BODY_BYTES = 10_000_000
"""The longest body a request may have."""

MOST_BYTES = 512 * 1024 * 1024
"""Of requests at hand. Each is kept in several forms while it is answered."""

RETRY_AFTER = 2


class Load:
    """One process's load: running answers, bytes of requests, and the lag of the event loop."""

    def __init__(self, most_answers: int, most_bytes: int = MOST_BYTES) -> None:
        self._most_answers = most_answers
        self._most_bytes = most_bytes
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._late: deque[float] = deque([0.0] * ON_END, maxlen=ON_END)

    @property
    def lag(self) -> float:
        """Seconds by which the loop has been late at least, for `ON_END` ticks."""
        return min(self._late)

    def start(self) -> None:
        """Begins to watch the running loop."""
        self._task = asyncio.create_task(self._watch(), name="load")

    async def close(self) -> None:
        """Stops watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def take_in(self, size: int) -> None:
        """A request of `size` bytes is read. Raises `Unavailable` when there is no room; `let_go` it otherwise."""
        if self._bytes + size > self._most_bytes:
            raise Unavailable("Too much is being read at the moment. Try again shortly.", retry_after=RETRY_AFTER)
        self._bytes += size

    def let_go(self, size: int) -> None:
        """The request is answered."""
        self._bytes -= size

    def check(self, answers: int) -> None:
        """Raises `Unavailable` when one answer more than so many would be too much."""
        if answers >= self._most_answers:
            raise Unavailable("Too many answers are being written at the moment. Try again.", retry_after=RETRY_AFTER)
        if answers and self.lag > LATE:
            raise Unavailable("Fairlead is overloaded at the moment. Try again shortly.", retry_after=RETRY_AFTER)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            self._late.append(loop.time() - due)
