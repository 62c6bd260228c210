"""Chat completions on the wire: platform.openai.com/docs/api-reference/chat/create."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from shared.chat import TokenLikelihood
from shared.routing import Routing

Name = Annotated[str, Meta(min_length=1, max_length=200)]
JsonObject = dict[str, Any]
"""An object that is only handed on."""

ToolName = Annotated[str, Meta(min_length=1, max_length=128)]
Stop = str | Annotated[list[str], Meta(max_length=4)]
Labels = Annotated[
    dict[Annotated[str, Meta(min_length=1, max_length=64)], Annotated[str, Meta(max_length=512)]], Meta(max_length=16)
]


class ImageUrl(Struct, frozen=True):
    """A picture's address, or the picture itself as a `data:` URL."""

    url: str
    detail: str | None = None


class ContentPart(Struct, frozen=True):
    """A part of a message: `text` or `image_url`."""

    type: str
    text: str | None = None
    image_url: ImageUrl | None = None


class FunctionCall(Struct, frozen=True):
    """The use of a function; `arguments` is JSON."""

    name: ToolName
    arguments: str = "{}"


class ToolCallMessage(Struct, frozen=True):
    """A tool an assistant wanted to be used."""

    id: str
    function: FunctionCall
    type: Literal["function"] = "function"


class ChatCompletionMessage(Struct, frozen=True, kw_only=True):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[ToolCallMessage] | None = None
    tool_call_id: str | None = None


class FunctionDefinition(Struct, frozen=True, kw_only=True):
    """A function a model may ask for; `parameters` is a JSON Schema."""

    name: ToolName
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


class ToolDefinition(Struct, frozen=True, kw_only=True):
    """A tool."""

    type: Literal["function"]
    function: FunctionDefinition


class NamedFunction(Struct, frozen=True):
    """A function by its name."""

    name: ToolName


class NamedTool(Struct, frozen=True, kw_only=True):
    """The tool that has to be used."""

    type: Literal["function"] = "function"
    function: NamedFunction


class JsonSchemaFormat(Struct, frozen=True, kw_only=True):
    """The schema an answer has to satisfy."""

    name: Annotated[str, Meta(min_length=1, max_length=64)] = "answer"
    schema: JsonObject | None = None
    strict: bool | None = None
    description: str | None = None


class ResponseFormat(Struct, frozen=True, kw_only=True):
    """What an answer has to be."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchemaFormat | None = None


class StreamOptions(Struct, frozen=True, kw_only=True):
    """How a stream ends."""

    include_usage: bool = False
    include_obfuscation: bool | None = None


class PriceLimits(Struct, frozen=True, kw_only=True):
    """Display prices in credits: per million tokens of prompt and completion, and per request."""

    prompt: Decimal | None = None
    completion: Decimal | None = None
    request: Decimal | None = None


class ProviderPreferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which providers may answer: openrouter.ai/docs/features/provider-routing. Prices are in credits here."""

    order: list[Name] | None = None
    only: list[Name] | None = None
    ignore: list[Name] | None = None
    allow_fallbacks: bool = True
    require_parameters: bool = False
    data_collection: Literal["allow", "deny"] = "allow"
    sort: Literal["price", "throughput", "latency"] | None = None
    max_price: PriceLimits | None = None


class ChatCompletionRequest(Struct, frozen=True, kw_only=True):
    """A conversation to be answered.

    `model` is a catalogue name, an alias, `auto` or `assistant:<family>`; `models` are asked after it, in order.
    Fields that are not listed go to models that know them and are named in `routing_metadata.ignored` otherwise.
    `mask` sends names in place of personal data and secrets, and puts the data back into the answer.
    """

    model: Name = "auto"
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    messages: Annotated[list[ChatCompletionMessage], Meta(min_length=1, max_length=10_000)]
    provider: ProviderPreferences | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    max_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    stop: Stop | None = None
    seed: int | None = None
    n: Annotated[int, Meta(ge=1)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Annotated[list[ToolDefinition], Meta(max_length=512)] | None = None
    tool_choice: Literal["auto", "none", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    metadata: Labels | None = None
    mask: bool = False


class CalledFunction(Struct, frozen=True):
    """The use of a function."""

    name: str
    arguments: str


class CalledTool(Struct, frozen=True, kw_only=True):
    """A tool the model wants to be used."""

    id: str
    function: CalledFunction
    type: Literal["function"] = "function"


class AnswerMessage(Struct, frozen=True, kw_only=True):
    """What the model said."""

    content: str | None
    role: Literal["assistant"] = "assistant"
    refusal: str | None = None
    tool_calls: list[CalledTool] | None = None


class ChoiceLogprobs(Struct, frozen=True):
    """How likely the answer's tokens were."""

    content: list[TokenLikelihood]
    refusal: list[TokenLikelihood] | None = None


class Choice(Struct, frozen=True, kw_only=True):
    """The answer."""

    message: AnswerMessage
    finish_reason: str
    logprobs: ChoiceLogprobs | None = None
    index: int = 0


class PromptDetails(Struct, frozen=True, kw_only=True):
    """Of the prompt's tokens."""

    cached_tokens: int = 0
    cache_write_tokens: int = 0


class CompletionDetails(Struct, frozen=True, kw_only=True):
    """Of the completion's tokens."""

    reasoning_tokens: int = 0


class CompletionUsage(Struct, frozen=True, kw_only=True):
    """Tokens, and what they cost in credits. `estimated`: the provider reported none."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails
    completion_tokens_details: CompletionDetails
    credits: Decimal
    estimated: bool


class AnsweredBy(Struct, frozen=True, kw_only=True):
    """Who answered."""

    name: str
    model: str
    latency_ms: int


class ChatCompletion(Struct, frozen=True, kw_only=True):
    """A whole answer; `created` is in epoch seconds."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: CompletionUsage
    routing_metadata: Routing
    provider: AnsweredBy
    metadata: dict[str, str] | None = None
    object: Literal["chat.completion"] = "chat.completion"
