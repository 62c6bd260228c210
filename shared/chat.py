"""Asking for an answer."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.attachments import AttachmentIds
from shared.errors import JsonScalar
from shared.messages import ChatMessage, FinishReason
from shared.precheck import Precheck
from shared.routing import Routing
from shared.wire import Answer, Credits, Request

MetadataName = Annotated[str, Meta(min_length=1, max_length=64)]
MetadataValue = Annotated[str, Meta(max_length=512)] | int | float | bool | None


class Strategy(StrEnum):
    """What the model policy favours."""

    BALANCED = "balanced"
    COST_OPTIMIZED = "cost-optimized"
    PERFORMANCE_FIRST = "performance-first"
    QUALITY_FIRST = "quality-first"


class OnDisconnect(StrEnum):
    """What becomes of an answer whose reader has gone."""

    CANCEL = "cancel"
    CONTINUE = "continue"


class NewMessage(Request, frozen=True, kw_only=True):
    """The next thing the person says, with the files they give with it."""

    content: Annotated[str, Meta(min_length=1)]
    attachments: AttachmentIds = []


class ChatParams(Request, frozen=True, kw_only=True):
    """Sampling parameters, passed to the model where it knows them."""

    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    stop: Annotated[list[str], Meta(max_length=4)] | None = None
    seed: int | None = None


class ChatRequest(Request, frozen=True, kw_only=True):
    """A prompt to carry out. Give `message` (in a conversation kept here) or `messages` (kept nowhere).

    `replace_from` is the id of a message of the conversation: it and all later ones are replaced by this
    exchange; without `message`, the prompt before it is answered anew (regenerate). `metadata` is kept with the
    answer and given back with it. With `mask`, personal data and secrets are replaced by names such as `[EMAIL_1]`
    before anything is kept or sent to a model, and put back into what the caller reads.
    """

    conversation_id: UUID | None = None
    assistant: str = "auto"
    model: str | None = None
    message: NewMessage | None = None
    messages: Annotated[list[ChatMessage], Meta(min_length=1, max_length=10_000)] | None = None
    replace_from: UUID | None = None
    params: ChatParams = ChatParams()
    stream: bool = True
    strategy: Strategy | None = None
    on_disconnect: OnDisconnect | None = None
    metadata: Annotated[dict[MetadataName, MetadataValue], Meta(max_length=16)] = {}
    mask: bool = False


class ToolCall(Answer, frozen=True, kw_only=True):
    """A tool the model wants to be used; `arguments` is JSON as the model wrote it."""

    id: str
    name: str
    arguments: str


class Likelihood(Answer, frozen=True, kw_only=True):
    """A token that could have been chosen, and its log probability; `bytes` is its UTF-8."""

    token: str
    logprob: float
    bytes: list[int] | None = None


class TokenLikelihood(Likelihood, frozen=True, kw_only=True):
    """A token that was chosen, with what else was likely in its place."""

    top_logprobs: list[Likelihood] = []


class UsageFigures(Answer, frozen=True, kw_only=True):
    """What an answer used. `balance` is what is left afterwards.

    `cached_tokens` and `cache_write_tokens` are among the prompt's, `reasoning_tokens` among the completion's.
    """

    prompt_tokens: int
    completion_tokens: int
    credits: Credits
    balance: Credits
    final: bool
    estimated: bool
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


class RouteView(Answer, frozen=True, kw_only=True):
    """Which assistant and model answer, and why, in words for the person who asked.

    `model` is the catalogue's name, `model_name` the one for people.
    """

    assistant: str
    model: str
    reasons: list[str]
    attempt: int
    max_tokens: int
    notices: list[str] = []
    model_name: str = ""


class ChatAnswer(Answer, frozen=True, kw_only=True):
    """The non-streamed form: the same facts as the events, in one object."""

    request_id: UUID
    conversation_id: UUID | None
    message_id: UUID | None
    precheck: Precheck | None
    route: RouteView
    text: str
    usage: UsageFigures
    finish_reason: FinishReason
    model: str
    latency_ms: int
    first_token_ms: int | None
    metadata: dict[str, JsonScalar] = {}
    provider: str = ""
    tool_calls: list[ToolCall] = []
    logprobs: list[TokenLikelihood] = []
    routing: Routing | None = None
    stop_sequence: str | None = None


class CancelAnswer(Answer, frozen=True, kw_only=True):
    """`cancelling` when the answer was still being written, else `finished`."""

    request_id: UUID
    state: Literal["cancelling", "finished"]
