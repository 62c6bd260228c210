"""POST /api/ai/chat and what belongs to a running answer."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.chat import repository
from backend.chat.feed import START
from backend.chat.generation import Generation
from backend.chat.generations import Generations
from backend.chat.pipeline import Caller, Pipeline
from backend.chat.replay import answer_of, await_result, events_of
from backend.chat.sse import event_stream
from backend.database import Database
from backend.errors import Conflict, InvalidRequest, NotFound
from backend.metering.admission import Repeated
from backend.metering.rates import rate_headers
from backend.notifications import Notifier
from backend.openapi import REFUSALS
from shared.chat import CancelAnswer, ChatAnswer, ChatRequest, OnDisconnect
from shared.events import EventId
from shared.paths import CHAT, IDEMPOTENCY_HEADER, LAST_EVENT_HEADER, REQUEST_ID_HEADER
from shared.wire import encode

JOIN_SECONDS = 300.0
"""How long a repeated request waits for the first one's result."""

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=IDEMPOTENCY_HEADER, required=False, min_length=1, max_length=200, description="Valid for 24 hours"
    ),
]


class ChatController(Controller):
    """Answers: asking, stopping, coming back."""

    path = CHAT
    guards = [signed_in]
    tags = ["Chat"]

    @post(
        operation_id="Chat",
        summary="Ask for an answer, streamed or whole",
        status_code=200,
        responses={200: ResponseSpec(data_container=ChatAnswer, description="With stream: false"), **REFUSALS},
    )
    async def chat(
        self,
        request: Request[Identity, str, State],
        data: JSONBody[ChatRequest],
        pipeline: NamedDependency[Pipeline],
        database: NamedDependency[Database],
        generations: NamedDependency[Generations],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Streams the events of `shared.events`, or answers with one `ChatAnswer`."""
        caller = Caller(
            identity=request.user,
            token=request.auth,
            request_id=request.state.request_id,
            address=request.state.address,
            idempotency_key=idempotency_key,
        )
        begun = await pipeline.begin(caller, data)
        if isinstance(begun, Repeated):
            running = generations.get(begun.request_id)
            if running is None:
                return await _repeated(database, caller, begun, streamed=data.stream)
            begun = running
        if data.stream:
            return event_stream(_followed(begun), _headers(begun))
        return await _whole(begun)

    @post(
        "/{request_id:uuid}/cancel",
        operation_id="CancelChat",
        summary="Stop an answer that is being written",
        status_code=200,
        responses=REFUSALS,
    )
    async def cancel(
        self,
        request_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        generations: NamedDependency[Generations],
        notifier: NamedDependency[Notifier],
    ) -> CancelAnswer:
        """Stops it within 100 ms, in whatever process it runs; what was produced is charged."""
        generation = generations.get(request_id)
        if generation is not None:
            if generation.order.user_id != identity.user_id:
                raise NotFound("There is no such request of yours.")
            stopped = generation.cancel()
            return CancelAnswer(request_id=request_id, state="cancelling" if stopped else "finished")
        running = await repository.owns_request(database, identity.user_id, request_id)
        if running is None:
            raise NotFound("There is no such request of yours.")
        if running:
            await notifier.tell("cancel", request_id)
        return CancelAnswer(request_id=request_id, state="cancelling" if running else "finished")

    @get(
        "/{request_id:uuid}/events",
        operation_id="FollowChat",
        summary="Follow an answer again, from an event id",
        responses=REFUSALS,
    )
    async def events(
        self,
        request_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        generations: NamedDependency[Generations],
        after: Annotated[str | None, QueryParameter(required=False, max_length=40)] = None,
        last_event_id: Annotated[
            str | None, HeaderParameter(name=LAST_EVENT_HEADER, required=False, max_length=40)
        ] = None,
    ) -> ASGIApp:
        """The events after `Last-Event-ID` (or `?after=`), from the process that writes the answer."""
        generation = generations.get(request_id)
        if generation is None or generation.order.user_id != identity.user_id:
            if await repository.owns_request(database, identity.user_id, request_id) is None:
                raise NotFound("There is no such request of yours.")
            raise Conflict("This answer cannot be followed from here any more. Read the conversation instead.")
        try:
            seen = EventId.parse(last_event_id or after or str(START))
        except ValueError:
            raise InvalidRequest("The event id must look like 1.42.") from None
        return event_stream(_followed(generation, seen), _headers(generation))


async def _followed(generation: Generation, after: EventId = START) -> AsyncIterator[bytes]:
    """The feed's events; when the last reader leaves early, the order says whether the answer goes on."""
    feed = generation.feed
    if generation.order.on_disconnect is OnDisconnect.CANCEL:
        feed.on_deserted = generation.cancel
    async for frames in feed.read(after):
        yield frames


async def _whole(generation: Generation) -> ASGIResponse:
    ended = await generation.wait()
    if ended.error is not None:
        raise ended.error
    return _json(ended.answer(generation.balance), _headers(generation))


async def _repeated(database: Database, caller: Caller, first: Repeated, *, streamed: bool) -> ASGIApp:
    result = await await_result(database, caller.identity.caller, first.request_id, JOIN_SECONDS)
    answer = answer_of(result)
    headers = {REQUEST_ID_HEADER: str(first.request_id)}
    return event_stream(events_of(answer), headers) if streamed else _json(answer, headers)


def _headers(generation: Generation) -> dict[str, str]:
    return {REQUEST_ID_HEADER: str(generation.order.request_id), **rate_headers(generation.order.windows)}


def _json(answer: ChatAnswer, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(body=encode(answer), media_type="application/json", headers=headers)
