"""A feed as a response: server-sent events by sse-starlette.

The generators never raise: after the first byte no handler could turn an exception into an error event.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import cast

from litestar.types import ASGIApp
from sse_starlette.sse import EventSourceResponse
from starlette.types import Receive, Scope, Send

from backend.chat.feed import Reader

PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30
"""A reader that takes nothing for so long is dropped."""
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class FeedResponse(EventSourceResponse):
    """The response of one reader of a feed.

    sse-starlette runs four tasks for each response and a timer for each chunk, which at hundreds of streams costs
    more than the chunks. Here the call itself writes, one task notices the gone client, and pings and dead readers
    are looked after by `Readers`, for all at once.
    """

    def __init__(self, reader: Reader, headers: Mapping[str, str], readers: "Readers") -> None:
        super().__init__(reader, headers={**_HEADERS, **headers}, ping=0)
        self._reader = reader
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Writes until the feed ends, the client goes or `Readers` drops it."""
        writing = asyncio.current_task()
        watching = asyncio.create_task(self._watch(receive))
        self._readers.add(self._reader, writing)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async for frames in self._reader:
                self._reader.blocked_since = time.monotonic()
                await send({"type": "http.response.body", "body": frames, "more_body": True})
                self._reader.blocked_since = None
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._readers.discard(self._reader)
            watching.cancel()
            self._reader.leave()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._reader.close()


class Readers:
    """Every open response of a process: kept alive when silent, dropped when dead."""

    def __init__(self) -> None:
        self._open: dict[Reader, asyncio.Task[object] | None] = {}

    def __len__(self) -> int:
        return len(self._open)

    def add(self, reader: Reader, writing: asyncio.Task[object] | None) -> None:
        """A response has begun."""
        self._open[reader] = writing

    def discard(self, reader: Reader) -> None:
        """A response is over."""
        self._open.pop(reader, None)

    def look_after(self) -> None:
        """Pings who hears nothing and drops who takes nothing. To be called every few seconds."""
        now = time.monotonic()
        for reader, writing in list(self._open.items()):
            if reader.blocked_since is not None:
                if now - reader.blocked_since > SEND_TIMEOUT_SECONDS and writing is not None:
                    writing.cancel()
            elif now - reader.spoken_at > PING_SECONDS:
                reader.ping(now)


def replayed(events: AsyncIterator[bytes], headers: Mapping[str, str]) -> ASGIApp:
    """Events that are all there already as a response."""
    return cast("ASGIApp", EventSourceResponse(events, headers={**_HEADERS, **headers}, ping=0))
