"""POST /v1/responses."""

from functools import partial

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.chat.service import Chats
from backend.v1.asking import AnyRequest, IdempotencyKey, respond
from backend.v1.chat.reading import extra_fields
from backend.v1.documents import OPENAI_REFUSALS
from backend.v1.refusals import openai_error, reshaped
from backend.v1.responses.answering import whole
from backend.v1.responses.reading import inquiry_of
from backend.v1.responses.request import ResponsesRequest
from backend.v1.responses.response import ResponseObject
from backend.v1.responses.voice import ResponsesVoice
from shared.paths import RESPONSES


class ResponsesController(Controller):
    """OpenAI's responses, by the same pipeline; nothing is kept, so that none can be had again."""

    path = RESPONSES
    tags = ["OpenAI"]
    guards = [signed_in]
    exception_handlers = reshaped(openai_error)

    @post(
        operation_id="Responses",
        summary="Answer a conversation as a response, streamed or whole",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=ResponseObject, description="Without stream", generate_examples=False),
            **OPENAI_REFUSALS,
        },
    )
    async def respond(
        self,
        request: AnyRequest,
        data: JSONBody[ResponsesRequest],
        chats: NamedDependency[Chats],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Streamed, it is OpenAI's events, the last of which has `routing_metadata` and `provider`."""
        inquiry = inquiry_of(data, extra_fields(await request.body(), ResponsesRequest))
        voice = ResponsesVoice(data, request.state.request_id)
        return await respond(request, chats, inquiry, whole=partial(whole, data), voice=voice, key=idempotency_key)
