"""Asking by an API that is not ours: the same pipeline, told in another voice."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, cast
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.params import HeaderParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp
from msgspec import Struct

from backend.accounts.guards import caller as caller_of
from backend.accounts.identity import Identity
from backend.chat.feed import START, Feed
from backend.chat.generation import Generation
from backend.chat.inquiry import Inquiry
from backend.chat.pipeline import Caller
from backend.chat.replay import events_of
from backend.chat.service import Chats
from backend.chat.sse import FeedResponse, replayed
from backend.chat.voice import Voice
from backend.errors import Conflict
from backend.metering.rates import rate_headers
from shared.chat import ChatAnswer, OnDisconnect
from shared.messages import FinishReason
from shared.paths import IDEMPOTENCY_HEADER, REQUEST_ID_HEADER

PRIME_SECONDS = 15.0
"""How long a stream waits for its first word before it begins: what fails until then is an ordinary error response."""

AnyRequest = Request[Identity, str, State]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=IDEMPOTENCY_HEADER, required=False, min_length=1, max_length=200, description="Valid for 24 hours."
    ),
]
Whole = Callable[[ChatAnswer], Struct]


class Stopped(Conflict):
    """Somebody stopped the answer: what there is of it is not the answer."""


async def respond(
    request: AnyRequest,
    chats: Chats,
    inquiry: Inquiry,
    *,
    whole: Whole,
    voice: Voice,
    key: str | None,
    id_header: str = REQUEST_ID_HEADER,
) -> ASGIApp:
    """The answer, streamed or whole. Raises every refusal, and every failure before the first word, as `AppError`.

    `id_header` is where else this API's clients look for the request's id.
    """
    begun = await chats.begin(caller_for(request, key), inquiry)
    if isinstance(begun, ChatAnswer):
        headers = _named(begun.request_id, id_header)
        return replayed(events_of(begun, voice), headers) if inquiry.stream else _json(whole(begun), headers)
    if not isinstance(begun, Generation):
        await primed(begun.feed)
        headers = _named(begun.request_id, id_header)
        return cast("ASGIApp", FeedResponse(begun.feed.read(START, voice), headers, chats.readers))
    headers = {**_named(begun.order.request_id, id_header), **rate_headers(begun.order.windows)}
    if inquiry.stream:
        return await _streamed(begun, chats, voice, headers)
    ended = await begun.wait()
    if ended.error is not None:
        raise ended.error
    if ended.finish_reason is FinishReason.CANCELLED:
        raise Stopped("The answer was stopped.")
    return _json(whole(ended.answer(begun.balance)), headers)


def caller_for(request: AnyRequest, key: str | None) -> Caller:
    """Who asks, with their idempotency key."""
    return Caller(
        identity=caller_of(request),
        token=request.auth,
        request_id=request.state.request_id,
        address=request.state.address,
        idempotency_key=key,
        accept_language=request.headers.get("accept-language", ""),
    )


async def _streamed(generation: Generation, chats: Chats, voice: Voice, headers: dict[str, str]) -> ASGIApp:
    reader = generation.feed.read(START, voice)
    if generation.order.on_disconnect is OnDisconnect.CANCEL:
        generation.feed.on_deserted = generation.cancel
    try:
        await primed(generation.feed)
    except BaseException:
        reader.leave()
        raise
    if not generation.feed.length and generation.ended.done() and (error := generation.ended.result().error):
        raise error
    return cast("ASGIApp", FeedResponse(reader, headers, chats.readers))


def _named(request_id: UUID, id_header: str) -> dict[str, str]:
    return {REQUEST_ID_HEADER: str(request_id), id_header: str(request_id)}


async def primed(feed: Feed) -> None:
    """Waits for the first word, or the end, but not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PRIME_SECONDS):
            await feed.begun()


def _json(body: Struct, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(body=msgspec.json.encode(body), media_type="application/json", headers=headers)
