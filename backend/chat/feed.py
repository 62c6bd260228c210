"""One answer's events, for any number of readers who may come late or again.

The text is kept once; what a late reader missed is made from it. A reader's buffer is bounded: one that does not
read is dropped, and may come back with the last event id it has seen.
"""

import asyncio
import time
from collections.abc import Callable

from shared.events import ChatEvent, EventId, encode, encode_delta

BUFFER_BYTES = 1_048_576
PING = b": ping\n\n"
START = EventId(0, 0)


class Reader:
    """One connection's view of a feed. Iterating gives encoded events, joined when several have arrived.

    `spoken_at` and `blocked_since` (monotonic clock) tell when it was last given something and since when its
    connection takes nothing.
    """

    __slots__ = ("_bytes", "_closed", "_feed", "_frames", "_waiter", "blocked_since", "spoken_at")

    def __init__(self, feed: "Feed", missed: list[bytes]) -> None:
        self._feed = feed
        self._frames = missed
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self.spoken_at = time.monotonic()
        self.blocked_since: float | None = None

    def push(self, frame: bytes) -> None:
        """Adds an encoded event; a reader that is too far behind is closed instead."""
        self._bytes += len(frame)
        if self._bytes > BUFFER_BYTES:
            self.close()
            return
        self._frames.append(frame)
        self._wake()

    def ping(self, now: float) -> None:
        """Adds a comment, so that nothing in between takes the silence for an end."""
        self.spoken_at = now
        self.push(PING)

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._wake()

    def leave(self) -> None:
        """The connection is gone."""
        self._feed.leave(self)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def __aiter__(self) -> "Reader":
        return self

    async def __anext__(self) -> bytes:
        while not self._frames:
            if self._closed:
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        frames, self._frames, self._bytes = self._frames, [], 0
        return frames[0] if len(frames) == 1 else b"".join(frames)


class Feed:
    """What one generation says."""

    __slots__ = ("_head", "_parts", "_readers", "_tail", "attempt", "closed", "length", "on_deserted")

    def __init__(self) -> None:
        self.attempt = 0
        self.length = 0
        self.closed = False
        self.on_deserted: Callable[[], object] | None = None
        self._head: list[tuple[int, ChatEvent]] = []
        self._parts: list[str] = []
        self._tail: list[ChatEvent] = []
        self._readers: list[Reader] = []

    @property
    def text(self) -> str:
        """All text of the current attempt."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def say(self, event: ChatEvent, *, keep: bool = True) -> None:
        """Tells everybody an event that is not text; `keep` says whether late readers are told too."""
        if keep and self._parts:
            self._tail.append(event)
        elif keep:
            self._head.append((self.attempt, event))
        if self._readers:
            frame = encode(event, self.attempt, self.length)
            for reader in self._readers:
                reader.push(frame)

    def write(self, text: str) -> None:
        """Adds text to the answer."""
        self._parts.append(text)
        self.length += len(text)
        if self._readers:
            frame = encode_delta(text, self.attempt, self.length)
            for reader in self._readers:
                reader.push(frame)

    def close(self) -> None:
        """The last event has been said."""
        self.closed = True
        for reader in list(self._readers):
            reader.close()

    def read(self, after: EventId = START) -> Reader:
        """A reader that gets everything after an event id, then what follows."""
        reader = Reader(self, self._missed(after))
        if self.closed:
            reader.close()
        else:
            self._readers.append(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """A reader has gone."""
        if reader in self._readers:
            self._readers.remove(reader)
            if not self._readers and not self.closed and self.on_deserted is not None:
                self.on_deserted()

    def touch(self, now: float) -> None:
        """Notes that everybody has just been given something."""
        for reader in self._readers:
            reader.spoken_at = now

    def _missed(self, after: EventId) -> list[bytes]:
        frames = [encode(event, attempt, 0) for attempt, event in self._head if (attempt, 0) >= after]
        text = self.text
        seen = after.offset if after.attempt == self.attempt else 0
        if len(text) > seen:
            frames.append(encode_delta(text[seen:], self.attempt, self.length))
        frames += [encode(event, self.attempt, self.length) for event in self._tail]
        return frames
