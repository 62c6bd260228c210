"""One answer's events, for any number of readers who may come late or again.

The text is kept once; what a late reader missed is made from it. A reader's buffer is bounded: one that does not
read is dropped, and may come back with the last event id it has seen.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from backend.chat.unmasking import Unmasking
from backend.chat.voice import NATIVE, Voice
from backend.precheck.personal.mask import NOBODY, Names
from shared.events import ChatEvent, EventId, Restart

BUFFER_BYTES = 1_048_576
PING = b": ping\n\n"
START = EventId(0, 0)


class Placed(NamedTuple):
    """An event and the place in the text where it was said."""

    place: EventId
    event: ChatEvent


class Saved(NamedTuple):
    """How much of a feed is in its log for certain: events, and characters of an edition."""

    events: int = 0
    edition: int = 0
    length: int = 0


class Reader:
    """One connection's view of a feed. Iterating gives encoded events, joined when several have arrived.

    `spoken_at` and `blocked_since` (monotonic clock) tell when it was last given something and since when its
    connection takes nothing. `ahead` is what it has seen of an answer whose log is not yet there.
    """

    __slots__ = ("_bytes", "_closed", "_feed", "_frames", "_waiter", "ahead", "blocked_since", "spoken_at", "voice")

    def __init__(self, feed: "Feed", missed: list[bytes], voice: Voice) -> None:
        self.voice = voice
        self._feed = feed
        self._frames = missed
        self._bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self.spoken_at = time.monotonic()
        self.blocked_since: float | None = None
        self.ahead: EventId | None = None

    def push(self, frame: bytes) -> None:
        """Adds an encoded event; a reader that is too far behind is closed instead."""
        if not frame:
            return
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
    """What one generation says.

    An edition is a text that only grows; it is named for the attempt that began it. A restart ends it, and the next
    one replaces what was shown. Ids name a place in the text of an edition: events that share the place of the last
    one seen are told again to a reader who comes back, text never is. One that `lags` follows another process. With
    `names` readers are given the data that these stand for, which are `in_json` where the answer is.
    """

    __slots__ = (
        "_begun",
        "_events",
        "_in_json",
        "_names",
        "_parts",
        "_readers",
        "closed",
        "edition",
        "lags",
        "length",
        "on_deserted",
        "saved",
    )

    def __init__(self, *, lags: bool = False, names: Names = NOBODY, in_json: bool = False) -> None:
        self.lags = lags
        self._names = names
        self._in_json = in_json
        self.edition = 0
        self.length = 0
        self.closed = False
        self.on_deserted: Callable[[], object] | None = None
        self.saved = Saved()
        self._events: list[Placed] = []
        self._parts: list[str] = []
        self._readers: list[Reader] = []
        self._begun: asyncio.Event | None = None

    @property
    def text(self) -> str:
        """All text of the current edition."""
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    @property
    def events(self) -> Sequence[Placed]:
        """Everything kept that is not text, in order."""
        return self._events

    def attempt(self, number: int) -> None:
        """An attempt begins: while nothing is written, the edition is its."""
        if not self.length:
            self.edition = number

    def restart(self, number: int, reason: str) -> None:
        """What was written is void; an attempt begins anew."""
        self._parts = []
        self.length = 0
        self.edition = number
        self.say(Restart(reason=reason))

    def say(self, event: ChatEvent, *, keep: bool = True) -> None:
        """Tells everybody an event that is not text; `keep` says whether late readers are told too."""
        if keep:
            self._events.append(Placed(EventId(self.edition, self.length), event))
        for reader in self._readers:
            reader.push(reader.voice.event(event, self.edition, self.length))

    async def begun(self) -> None:
        """Returns when there is text or the answer has ended."""
        if self.length or self.closed:
            return
        if self._begun is None:
            self._begun = asyncio.Event()
        await self._begun.wait()

    def write(self, text: str) -> None:
        """Adds text to the answer."""
        self._parts.append(text)
        self.length += len(text)
        if self._begun is not None:
            self._begun.set()
        for reader in self._readers:
            reader.push(reader.voice.delta(text, self.edition, self.length))

    def catch_up(self, events: Sequence[Placed], edition: int, text: str, *, ended: bool) -> None:
        """Tells everybody what has been added to a feed of another process; `events` and `text` are all there is.

        Who comes from that process may have seen more than is here: they hear nothing until it is.
        """
        here = EventId(edition, len(text))
        new, before = events[len(self._events) :], EventId(self.edition, self.length)
        self._events, self._parts = list(events), [text]
        self.edition, self.length = here
        if self._begun is not None and text:
            self._begun.set()
        for reader in self._readers:
            since, news = before, new
            if reader.ahead is not None:
                if here < reader.ahead and not ended:
                    continue
                since, news, reader.ahead = reader.ahead, events, None
            for frame in missed(news, text, here, since, reader.voice):
                reader.push(frame)

    def close(self) -> None:
        """The last event has been said."""
        self.closed = True
        if self._begun is not None:
            self._begun.set()
        for reader in list(self._readers):
            reader.close()

    def read(self, after: EventId = START, voice: Voice = NATIVE, kind: type[Reader] = Reader) -> Reader:
        """A reader that gets everything after an event id, then what follows."""
        if self._names:
            voice = Unmasking(voice, self._names, in_json=self._in_json)
        here = EventId(self.edition, self.length)
        ahead = self.lags and after > here and not self.closed
        reader = kind(self, [] if ahead else missed(self._events, self.text, here, after, voice), voice)
        if ahead:
            reader.ahead = after
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


def missed(events: Sequence[Placed], text: str, here: EventId, after: EventId, voice: Voice) -> list[bytes]:
    """What somebody who has seen `after` has not: events in their places, and the text of the edition `here`.

    Events of earlier editions are kept for the record of the way there; their text is void and not told.
    """
    frames: list[bytes] = []
    after = min(after, here)
    told = after.offset if after.attempt == here.attempt else 0
    for place, event in events:
        if place < after:
            continue
        if place.attempt == here.attempt and place.offset > told:
            frames.append(voice.delta(text[told : place.offset], *place))
            told = place.offset
        frames.append(voice.event(event, *place))
    if told < here.offset:
        frames.append(voice.delta(text[told:], *here))
    return [frame for frame in frames if frame]
