"""The stream of `/v1/ai/process`: native text events, then one `result` with the whole envelope."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
import structlog

from backend.chat.feed import Feed, Reader
from backend.chat.unmasking import Unmasking
from backend.chat.voice import Voice
from backend.errors import AppError
from backend.v1.process.answer import ProcessAnswer
from backend.v1.process.envelope import refused
from backend.v1.process.runners_up import BUG
from backend.v1.process.told import Told
from shared.chat import UsageFigures
from shared.errors import ErrorBody
from shared.events import Accepted, ChatEvent, Done, Restart, encode, encode_delta

Seal = Callable[[Told], Awaitable[ProcessAnswer]]
"""Makes the envelope of a whole answer; it may have to ask others first."""

log = structlog.get_logger()


class ProcessVoice:
    """Tells `delta` and `restart` as they are, and remembers what the envelope needs."""

    def __init__(self, request_id: UUID, seal: Seal) -> None:
        self._request_id = request_id
        self._seal = seal
        self._parts: list[str] = []
        self._figures: UsageFigures | None = None
        self._end: Done | ErrorBody | None = None

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """More text."""
        self._parts.append(text)
        return encode_delta(text, edition, offset)

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """A restart; the other events are in the envelope."""
        match event:
            case Accepted():
                self._request_id = event.request_id
            case UsageFigures() if event.final:
                self._figures = event
            case Done() | ErrorBody():
                self._end = event
            case Restart():
                self._parts.clear()
                return encode(event, edition, offset)
        return b""

    async def result(self) -> bytes:
        """The last event. It never raises: after the first byte nobody could tell of it otherwise."""
        try:
            envelope = msgspec.json.encode(await self._envelope())
        except AppError as error:
            envelope = msgspec.json.encode(refused(error.body(str(self._request_id))))
        except Exception:
            log.exception("process_bug", request_id=str(self._request_id))
            envelope = msgspec.json.encode(refused(BUG.body(str(self._request_id))))
        return b"event: result\ndata: %b\n\n" % envelope

    async def _envelope(self) -> ProcessAnswer:
        if isinstance(self._end, Done) and self._figures is not None:
            return await self._seal(Told.streamed(self._request_id, "".join(self._parts), self._figures, self._end))
        if isinstance(self._end, ErrorBody):
            return refused(self._end)
        raise BUG


class SealedReader(Reader):
    """A reader that is told one thing more when the feed has ended: the envelope."""

    __slots__ = ("_sealing",)

    def __init__(self, feed: Feed, missed: list[bytes], voice: Voice) -> None:
        super().__init__(feed, missed, voice)
        self._sealing: asyncio.Task[None] | None = None

    def close(self) -> None:
        """At the end of the feed, closes when the envelope is told; a reader that is dropped or gone closes at once."""
        if self._feed.closed and self._sealing is None and not self._closed:
            self._sealing = asyncio.create_task(self._seal())
        else:
            super().close()

    def leave(self) -> None:
        """The connection is gone, and with it whoever wanted more to be asked."""
        if self._sealing is not None:
            self._sealing.cancel()
        super().leave()

    async def _seal(self) -> None:
        """Whatever its size, the envelope is told: it is one frame, and the last."""
        voice = self.voice.voice if isinstance(self.voice, Unmasking) else self.voice
        assert isinstance(voice, ProcessVoice)
        result = await voice.result()
        self._frames.append(result)
        super().close()
