"""POST /api/ai/chat and what belongs to a running answer."""

from typing import Annotated, cast
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from backend.accounts.guards import caller as caller_of
from backend.accounts.identity import Identity
from backend.chat.feed import START
from backend.chat.generation import Generation
from backend.chat.inquiry import from_chat
from backend.chat.pipeline import Caller
from backend.chat.replay import events_of
from backend.chat.service import Chats, Remote
from backend.chat.sse import FeedResponse, replayed
from backend.errors import InvalidRequest
from backend.metering.rates import rate_headers
from backend.openapi import REFUSALS, errors
from shared.chat import CancelAnswer, ChatAnswer, ChatRequest, OnDisconnect
from shared.events import EventId
from shared.paths import CHAT, IDEMPOTENCY_HEADER, LAST_EVENT_HEADER, REQUEST_ID_HEADER
from shared.wire import encode

IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=IDEMPOTENCY_HEADER, required=False, min_length=1, max_length=200, description="Valid for 24 hours."
    ),
]
After = Annotated[str | None, QueryParameter(required=False, max_length=40)]
LastEventId = Annotated[str | None, HeaderParameter(name=LAST_EVENT_HEADER, required=False, max_length=40)]
AnyRequest = Request[Identity, str, State]


class ChatController(Controller):
    """Answers. One dependency and no guard: Litestar spends more on these than chat does on deciding."""

    path = CHAT
    tags = ["Chat"]

    @post(
        operation_id="Chat",
        summary="Ask for an answer, streamed or whole",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=ChatAnswer, description="With stream: false", generate_examples=False),
            **REFUSALS,
        },
    )
    async def chat(
        self,
        request: AnyRequest,
        data: JSONBody[ChatRequest],
        chats: NamedDependency[Chats],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Streams the events of `shared.events`, or answers with one `ChatAnswer`."""
        caller = Caller(
            identity=caller_of(request),
            token=request.auth,
            request_id=request.state.request_id,
            address=request.state.address,
            idempotency_key=idempotency_key,
            accept_language=request.headers.get("accept-language", ""),
        )
        begun = await chats.begin(caller, from_chat(data))
        if isinstance(begun, ChatAnswer):
            headers = {REQUEST_ID_HEADER: str(begun.request_id)}
            return replayed(events_of(begun), headers) if data.stream else _json(begun, headers)
        if isinstance(begun, Remote) or data.stream:
            return _followed(chats, begun)
        ended = await begun.wait()
        if ended.error is not None:
            raise ended.error
        return _json(ended.answer(begun.balance), _headers(begun))

    @post(
        "/{request_id:uuid}/cancel",
        operation_id="CancelChat",
        summary="Stop an answer that is being written",
        status_code=200,
        responses=errors(400, 401, 404),
    )
    async def cancel(
        self, request: AnyRequest, request_id: FromPath[UUID], chats: NamedDependency[Chats]
    ) -> CancelAnswer:
        """Stops it within 100 ms, in whatever process it runs; what was produced is charged."""
        return await chats.cancel(caller_of(request), request_id)

    @get(
        "/{request_id:uuid}/events",
        operation_id="FollowChat",
        summary="Follow an answer again, from an event id",
        responses=errors(400, 401, 404, 409),
    )
    async def events(
        self,
        request: AnyRequest,
        request_id: FromPath[UUID],
        chats: NamedDependency[Chats],
        after: After = None,
        last_event_id: LastEventId = None,
    ) -> ASGIApp:
        """The events after `Last-Event-ID` (or `?after=`), while the answer is written and for 15 minutes after.

        Whichever process writes it, and also when that process is gone.
        """
        try:
            seen = EventId.parse(last_event_id or after or str(START))
        except ValueError:
            raise InvalidRequest("The event id must look like 1.42.") from None
        return _followed(chats, await chats.follow(caller_of(request), request_id), seen)


def _followed(chats: Chats, answer: Generation | Remote, after: EventId = START) -> ASGIApp:
    """The feed's events; when the last reader leaves early, the order says whether the answer goes on."""
    if isinstance(answer, Remote):
        headers = {REQUEST_ID_HEADER: str(answer.request_id)}
    else:
        headers = _headers(answer)
        if answer.order.on_disconnect is OnDisconnect.CANCEL:
            answer.feed.on_deserted = answer.cancel
    return cast("ASGIApp", FeedResponse(answer.feed.read(after), headers, chats.readers))


def _headers(generation: Generation) -> dict[str, str]:
    return {REQUEST_ID_HEADER: str(generation.order.request_id), **rate_headers(generation.order.windows)}


def _json(answer: ChatAnswer, headers: dict[str, str]) -> ASGIResponse:
    return ASGIResponse(body=encode(answer), media_type="application/json", headers=headers)
