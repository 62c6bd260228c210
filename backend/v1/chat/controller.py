"""POST /v1/chat/completions."""

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.chat.service import Chats
from backend.v1.asking import AnyRequest, IdempotencyKey, respond
from backend.v1.chat.answering import CompletionVoice, completion
from backend.v1.chat.reading import extra_fields, inquiry_of
from backend.v1.chat.wire import ChatCompletion, ChatCompletionRequest
from backend.v1.documents import OPENAI_REFUSALS
from backend.v1.refusals import openai_error, reshaped
from shared.paths import CHAT_COMPLETIONS


class ChatCompletionsController(Controller):
    """OpenAI's chat, by the same pipeline. The guard asks who it is before a body is read for them."""

    path = CHAT_COMPLETIONS
    guards = [signed_in]
    tags = ["OpenAI"]
    exception_handlers = reshaped(openai_error)

    @post(
        operation_id="ChatCompletions",
        summary="Answer a conversation, streamed or whole",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=ChatCompletion, description="Without stream", generate_examples=False),
            **OPENAI_REFUSALS,
        },
    )
    async def complete(
        self,
        request: AnyRequest,
        data: JSONBody[ChatCompletionRequest],
        chats: NamedDependency[Chats],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Streamed, it is OpenAI's chunks, the last of which has `routing_metadata` and `provider`."""
        inquiry = inquiry_of(data, extra_fields(await request.body(), ChatCompletionRequest))
        usage = data.stream_options is not None and data.stream_options.include_usage
        voice = CompletionVoice(request.state.request_id, include_usage=usage)
        return await respond(request, chats, inquiry, whole=completion, voice=voice, key=idempotency_key)
