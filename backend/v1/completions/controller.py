"""POST /v1/completions."""

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import signed_in
from backend.chat.service import Chats
from backend.v1.asking import AnyRequest, IdempotencyKey, respond
from backend.v1.chat.reading import extra_fields
from backend.v1.completions.answering import TextVoice, text_completion
from backend.v1.completions.reading import inquiry_of, prompt_of
from backend.v1.completions.wire import CompletionRequest, TextCompletion
from backend.v1.documents import OPENAI_REFUSALS
from backend.v1.refusals import openai_error, reshaped
from shared.paths import COMPLETIONS


class CompletionsController(Controller):
    """OpenAI's older completions, by the same pipeline: the prompt is what a user says to a model that chats."""

    path = COMPLETIONS
    guards = [signed_in]
    tags = ["OpenAI"]
    exception_handlers = reshaped(openai_error)

    @post(
        operation_id="Completions",
        summary="Go on from a text, streamed or whole",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=TextCompletion, description="Without stream", generate_examples=False),
            **OPENAI_REFUSALS,
        },
    )
    async def complete(
        self,
        request: AnyRequest,
        data: JSONBody[CompletionRequest],
        chats: NamedDependency[Chats],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """An answer has 16 tokens when `max_tokens` is not given, as OpenAI has it.

        Streamed, it is OpenAI's chunks, the last of which has `routing_metadata` and `provider`.
        """
        inquiry = inquiry_of(data, extra_fields(await request.body(), CompletionRequest))
        usage = data.stream_options is not None and data.stream_options.include_usage
        echoed = prompt_of(data) if data.echo else ""
        voice = TextVoice(request.state.request_id, echoed=echoed, include_usage=usage)
        return await respond(request, chats, inquiry, whole=text_completion(echoed), voice=voice, key=idempotency_key)
