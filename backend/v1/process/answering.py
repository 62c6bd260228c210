"""Answering a request to `/v1/ai/process`, whole or streamed."""

import time
from collections.abc import AsyncIterator
from typing import cast

import msgspec
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp
from msgspec import Struct, structs

from backend.catalogue.cache import CatalogueCache
from backend.chat.feed import START
from backend.chat.generation import Generation
from backend.chat.inquiry import Inquiry
from backend.chat.pipeline import Caller
from backend.chat.replay import events_of
from backend.chat.repository import ratings
from backend.chat.service import Chats, Remote
from backend.chat.sse import FeedResponse, replayed
from backend.database import Database
from backend.errors import AppError
from backend.metering.batches import AWAY
from backend.metering.rates import rate_headers
from backend.v1.asking import primed
from backend.v1.process.answer import ProcessAlternative, ProcessAnswer
from backend.v1.process.envelope import enveloped, status_of
from backend.v1.process.quality import overall
from backend.v1.process.runners_up import Asking, runners_up, share, unasked
from backend.v1.process.told import Told
from backend.v1.process.voice import ProcessVoice, SealedReader
from shared.chat import ChatAnswer, OnDisconnect
from shared.messages import FinishReason
from shared.paths import REQUEST_ID_HEADER


class Processing(Struct, frozen=True, kw_only=True):
    """One request and what answering it takes. `came` is when it came, on the monotonic clock."""

    chats: Chats
    catalogue: CatalogueCache
    database: Database
    caller: Caller
    inquiry: Inquiry
    alternatives: int
    came: float = msgspec.field(default_factory=time.monotonic)

    async def respond(self) -> ASGIApp:
        """The answer. Raises every refusal, and every failure before the first word, as `AppError`."""
        begun = await self.chats.begin(self.caller, self.inquiry)
        if self.inquiry.stream:
            return await self._streamed(begun)
        assert not isinstance(begun, Remote), "only streams are followed elsewhere"
        if isinstance(begun, ChatAnswer):
            return _json(await self.seal(Told.of(begun)), {REQUEST_ID_HEADER: str(begun.request_id)})
        ended = await begun.wait()
        if ended.error is not None:
            raise ended.error
        return _json(await self.seal(Told.of(ended.answer(begun.balance))), _headers(begun))

    async def seal(self, told: Told) -> ProcessAnswer:
        """The envelope of a whole answer, with its alternatives. It is paid: nothing that fails here may lose it."""
        return enveloped(
            told,
            as_json=self.inquiry.manner.format is not None,
            overall=await self._overall(told.model),
            labels=self.inquiry.metadata,
            alternatives=await self._alternatives(told) if told.finish_reason is not FinishReason.CANCELLED else [],
        )

    async def _overall(self, name: str) -> float | None:
        model = self.catalogue.current.model(name)
        if model is None:
            return None
        try:
            good, rated = await ratings(self.database, self.caller.identity.organisation_id, name)
        except AWAY:
            return None
        return overall(model.quality, good, rated)

    async def _alternatives(self, told: Told) -> list[ProcessAlternative]:
        """A model that was named is the only one of its chain, so the others are those without that name."""
        try:
            decided = await self.chats.consider(self.caller, structs.replace(self.inquiry, models=()))
        except (AppError, *AWAY):
            return []
        runners = runners_up(decided, told)
        first, rest = runners[: self.alternatives], runners[self.alternatives :]
        asking = Asking(
            chats=self.chats,
            caller=self.caller,
            inquiry=self.inquiry,
            came=self.came,
            most=share(self.inquiry.preferences.most_credits, told.figures.credits, max(1, len(first))),
        )
        answered = await asking.all(first)
        told_of = {other.model for other in answered}
        return [*answered, *(unasked(runner) for runner in rest if runner.model not in told_of)]

    async def _streamed(self, begun: Generation | Remote | ChatAnswer) -> ASGIApp:
        voice = ProcessVoice(self.caller.request_id, self.seal)
        if isinstance(begun, ChatAnswer):
            return replayed(_repeated(begun, voice), {REQUEST_ID_HEADER: str(begun.request_id)})
        reader = begun.feed.read(START, voice, SealedReader)
        if isinstance(begun, Generation) and begun.order.on_disconnect is OnDisconnect.CANCEL:
            begun.feed.on_deserted = begun.cancel
        try:
            await primed(begun.feed)
        except BaseException:
            reader.leave()
            raise
        if isinstance(begun, Remote):
            headers = {REQUEST_ID_HEADER: str(begun.request_id)}
        else:
            headers = _headers(begun)
            if not begun.feed.length and begun.ended.done() and (error := begun.ended.result().error):
                reader.leave()
                raise error
        return cast("ASGIApp", FeedResponse(reader, headers, self.chats.readers))


async def _repeated(answer: ChatAnswer, voice: ProcessVoice) -> AsyncIterator[bytes]:
    """A stored answer as the stream it was."""
    async for frame in events_of(answer, voice):
        yield frame
    yield await voice.result()


def _headers(generation: Generation) -> dict[str, str]:
    return {REQUEST_ID_HEADER: str(generation.order.request_id), **rate_headers(generation.order.windows)}


def _json(answer: ProcessAnswer, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(
        body=msgspec.json.encode(answer),
        media_type="application/json",
        headers=headers,
        status_code=status_of(answer),
    )
