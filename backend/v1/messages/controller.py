"""POST /v1/messages and /v1/messages/count_tokens."""

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from litestar.types import ASGIApp

from backend.accounts.guards import caller as caller_of
from backend.accounts.guards import signed_in
from backend.catalogue.cache import CatalogueCache
from backend.chat.prompt import read_prompt
from backend.chat.service import Chats
from backend.database import Database
from backend.metering.admission import take_rate
from backend.precheck.service import Examiner
from backend.v1.asking import AnyRequest, IdempotencyKey, respond
from backend.v1.chat.reading import extra_fields
from backend.v1.documents import refusals
from backend.v1.messages.answering import message
from backend.v1.messages.counting import prompt_tokens
from backend.v1.messages.message import AnthropicMessage, TokenCount
from backend.v1.messages.reading import inquiry_of
from backend.v1.messages.refusals import REQUEST_ID_HEADER, AnthropicError, anthropic_error
from backend.v1.messages.request import CountTokensRequest, MessagesRequest
from backend.v1.messages.voice import MessagesVoice
from backend.v1.refusals import reshaped
from shared.paths import ANTHROPIC_MESSAGES

ANTHROPIC_REFUSALS = refusals(AnthropicError)


class AnthropicMessagesController(Controller):
    """Anthropic's messages, by the same pipeline. A key may come in `x-api-key`; any `anthropic-version` will do."""

    path = ANTHROPIC_MESSAGES
    tags = ["Anthropic"]
    guards = [signed_in]
    exception_handlers = reshaped(anthropic_error, REQUEST_ID_HEADER)

    @post(
        operation_id="AnthropicMessages",
        summary="Answer a conversation in Anthropic's words",
        status_code=200,
        responses={
            200: ResponseSpec(data_container=AnthropicMessage, description="Without stream", generate_examples=False),
            **ANTHROPIC_REFUSALS,
        },
    )
    async def answer(
        self,
        request: AnyRequest,
        data: JSONBody[MessagesRequest],
        chats: NamedDependency[Chats],
        idempotency_key: IdempotencyKey = None,
    ) -> ASGIApp:
        """Streamed, it is Anthropic's events; `message_delta` has `routing_metadata` and `provider`."""
        inquiry = inquiry_of(data, extra_fields(await request.body(), MessagesRequest))
        voice = MessagesVoice(request.state.request_id)
        return await respond(
            request, chats, inquiry, whole=message, voice=voice, key=idempotency_key, id_header=REQUEST_ID_HEADER
        )

    @post(
        "/count_tokens",
        operation_id="AnthropicCountTokens",
        summary="Count the tokens of a conversation",
        status_code=200,
        responses=ANTHROPIC_REFUSALS,
    )
    async def count_tokens(
        self,
        request: AnyRequest,
        data: JSONBody[CountTokensRequest],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
        examiner: NamedDependency[Examiner],
    ) -> Response[TokenCount]:
        """An estimate, the one that decides what a prompt may cost: no provider is asked."""
        identity, current = caller_of(request), catalogue.current
        inquiry = inquiry_of(data, extra_fields(await request.body(), CountTokensRequest))
        prompt = await read_prompt(database, identity, inquiry)
        await take_rate(database, "precheck", identity, identity.entitlement(current).limits, request.state.address)
        tokens = prompt_tokens(current, identity, examiner, inquiry, prompt)
        return Response(TokenCount(input_tokens=tokens), headers={REQUEST_ID_HEADER: str(request.state.request_id)})
