"""What chat completions take: platform.openai.com/docs/api-reference/chat/create."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from backend.simulator.ask import Schema

Penalty = Annotated[float, Meta(ge=-2, le=2)]
Stop = str | Annotated[list[str], Meta(max_length=4)] | None


class ImageUrl(Struct, frozen=True):
    """Where a picture is."""

    url: str
    detail: str = "auto"


class ContentPart(Struct, frozen=True):
    """A piece of a message."""

    type: str
    text: str = ""
    image_url: ImageUrl | None = None


class CalledFunction(Struct, frozen=True):
    """What was called, and with what."""

    name: str
    arguments: str


class ToolCall(Struct, frozen=True):
    """A call in an earlier turn of the assistant."""

    id: str
    function: CalledFunction
    type: Literal["function"] = "function"


class Message(Struct, frozen=True):
    """One turn."""

    role: str
    content: str | list[ContentPart] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None


class StreamOptions(Struct, frozen=True):
    """What a stream reports."""

    include_usage: bool = False


class JsonSchema(Struct, frozen=True):
    """The schema of a structured answer."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    schema: Schema | None = None


class ResponseFormat(Struct, frozen=True):
    """`text`, `json_object` or `json_schema`."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class Function(Struct, frozen=True):
    """A function on offer."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    parameters: Schema | None = None


class Tool(Struct, frozen=True):
    """A tool on offer; only functions are."""

    type: Literal["function"]
    function: Function


class Named(Struct, frozen=True):
    """A function by name."""

    name: str


class Choice(Struct, frozen=True):
    """One tool that has to be called."""

    type: Literal["function"]
    function: Named


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
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    n: Annotated[int, Meta(ge=1, le=1)] | None = None
    stop: Stop = None
    seed: int | None = None
    response_format: ResponseFormat | None = None
    tools: Annotated[list[Tool], Meta(max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | Choice | None = None
    parallel_tool_calls: bool | UnsetType = UNSET
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=20)] | None = None
