"""JSON shapes of OpenAI's chat completions: platform.openai.com/docs/api-reference/chat."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.simulator.refusal import Kind


class ContentPart(Struct, frozen=True):
    """A piece of a message; pictures are counted, not looked at."""

    type: str
    text: str = ""


class Message(Struct, frozen=True):
    """One turn."""

    role: str
    content: str | list[ContentPart] | None = None


class StreamOptions(Struct, frozen=True):
    """What a stream reports."""

    include_usage: bool = False


class ResponseFormat(Struct, frozen=True):
    """`text`, `json_object` or `json_schema`."""

    type: str


class ChatRequest(Struct, frozen=True):
    """The fields that matter here; others are let through as compatible servers do."""

    model: Annotated[str, Meta(min_length=1)]
    messages: Annotated[list[Message], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    n: Annotated[int, Meta(ge=1, le=1)] | None = None
    stop: str | Annotated[list[str], Meta(max_length=4)] | None = None
    response_format: ResponseFormat | None = None


class PromptDetails(Struct, frozen=True, kw_only=True):
    """Parts of the prompt."""

    cached_tokens: int
    audio_tokens: int = 0


class CompletionDetails(Struct, frozen=True, kw_only=True):
    """Parts of the answer."""

    reasoning_tokens: int
    audio_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one call."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails


class AnswerMessage(Struct, frozen=True, kw_only=True):
    """The answer. `reasoning_content` is DeepSeek's extension, which many servers share."""

    role: str = "assistant"
    content: str
    reasoning_content: str | UnsetType = UNSET
    refusal: str | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """One of the answers; there is only one."""

    index: int = 0
    message: AnswerMessage
    logprobs: None = None
    finish_reason: str | None


class Completion(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    object: str = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | UnsetType
    system_fingerprint: str = "fp_simulated"


class Delta(Struct, frozen=True, kw_only=True):
    """What a chunk adds."""

    role: str | UnsetType = UNSET
    content: str | UnsetType = UNSET
    reasoning_content: str | UnsetType = UNSET


class ChunkChoice(Struct, frozen=True, kw_only=True):
    """A piece of an answer."""

    index: int = 0
    delta: Delta
    logprobs: None = None
    finish_reason: str | None = None


class Chunk(Struct, frozen=True, kw_only=True):
    """One event of a stream. When usage is asked for, it is null on all chunks but the last."""

    id: str
    object: str = "chat.completion.chunk"
    created: int
    model: str
    system_fingerprint: str = "fp_simulated"
    choices: list[ChunkChoice]
    usage: Usage | None | UnsetType = UNSET


class Model(Struct, frozen=True, kw_only=True):
    """An entry of the model list."""

    id: str
    object: str = "model"
    created: int
    owned_by: str = "simulator"


class ModelList(Struct, frozen=True, kw_only=True):
    """All models."""

    object: str = "list"
    data: list[Model]


class Error(Struct, frozen=True, kw_only=True):
    """What went wrong; `param` is the field at fault."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(Struct, frozen=True):
    """The whole body of an error response."""

    error: Error


_INVALID, _SERVER = "invalid_request_error", "server_error"

ERRORS: dict[Kind, tuple[str, str | None]] = {
    Kind.INVALID: (_INVALID, None),
    Kind.NO_KEY: (_INVALID, None),
    Kind.BAD_KEY: (_INVALID, "invalid_api_key"),
    Kind.FORBIDDEN: (_INVALID, "unsupported_country_region_territory"),
    Kind.UNKNOWN_PATH: (_INVALID, "unknown_url"),
    Kind.UNKNOWN_MODEL: (_INVALID, "model_not_found"),
    Kind.WRONG_METHOD: (_INVALID, "method_not_supported"),
    Kind.TIMEOUT: (_INVALID, "request_timeout"),
    Kind.CONFLICT: (_INVALID, "conflict"),
    Kind.TOO_LARGE: (_INVALID, "request_too_large"),
    Kind.RATE_LIMIT: ("requests", "rate_limit_exceeded"),
    Kind.SERVER: (_SERVER, None),
    Kind.BAD_GATEWAY: (_SERVER, None),
    Kind.UNAVAILABLE: (_SERVER, None),
    Kind.GATEWAY_TIMEOUT: (_SERVER, None),
    Kind.OVERLOADED: (_SERVER, "overloaded"),
    Kind.CONTEXT_TOO_LONG: (_INVALID, "context_length_exceeded"),
    Kind.CONTENT_FILTER: (_INVALID, "content_filter"),
}
"""`type` and `code` of each kind of refusal (platform.openai.com/docs/guides/error-codes)."""
