"""What processes tell each other: PostgreSQL's LISTEN/NOTIFY on one channel, with ids only.

After a lost connection everything cached is refreshed, because what was told meanwhile is not told again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from backend.database import Database

CHANNEL = "fairlead"
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0

log = structlog.get_logger()

Handler = Callable[[str], Awaitable[None] | None]
"""Called with what follows the kind in a notification: an id, or nothing."""


class Notifier:
    """One process's ear. `on` before `start`. Whoever changes something says so in the statement that does."""

    def __init__(self, database: Database, refresh_all: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._refresh_all = refresh_all
        self._handlers: dict[str, Handler] = {}
        self._task: asyncio.Task[None] | None = None

    def on(self, kind: str, handler: Handler) -> None:
        """Has `handler` called for notifications of a kind."""
        self._handlers[kind] = handler

    def start(self) -> None:
        """Begins to listen; must be called in a running loop."""
        self._task = asyncio.create_task(self._run(), name="notifications")

    async def close(self) -> None:
        """Stops listening."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._database.url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    await self._refresh_all()
                    pause = FIRST_PAUSE
                    async for notification in connection.notifies():
                        await self._heard(notification.payload)
            except psycopg.Error as error:
                log.warning("listener_lost", fault=type(error).__name__)
            except Exception:
                log.exception("listener_failed")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _heard(self, payload: str) -> None:
        kind, _, rest = payload.partition(" ")
        handler = self._handlers.get(kind)
        if handler is not None:
            done = handler(rest)
            if done is not None:
                await done
