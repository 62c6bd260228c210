"""What Cohere's chat takes: docs.cohere.com/reference/chat. Unknown fields are refused, as they are there."""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from backend.simulator.ask import Schema


class Text(Struct, frozen=True, tag="text", tag_field="type"):
    """Words."""

    text: str


class ImageUrl(Struct, frozen=True):
    """Where a picture is."""

    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class Image(Struct, frozen=True, tag="image_url", tag_field="type"):
    """A picture."""

    image_url: ImageUrl


class Thinking(Struct, frozen=True, tag="thinking", tag_field="type"):
    """What was thought in an earlier turn."""

    thinking: str


class DocumentContent(Struct, frozen=True):
    """A tool's answer with a name to cite it by."""

    data: str | dict[str, object]
    id: str | None = None


class Document(Struct, frozen=True, tag="document", tag_field="type"):
    """A tool's answer as a document."""

    document: DocumentContent


class CalledFunction(Struct, frozen=True):
    """What was called, and with what."""

    name: str
    arguments: str


class ToolCall(Struct, frozen=True):
    """A call in an earlier turn of the assistant."""

    id: str
    function: CalledFunction
    type: Literal["function"] = "function"


class User(Struct, frozen=True, tag="user", tag_field="role"):
    """What a person says and shows."""

    content: str | list[Text | Image]


class System(Struct, frozen=True, tag="system", tag_field="role"):
    """Instructions."""

    content: str | list[Text]


class Assistant(Struct, frozen=True, tag="assistant", tag_field="role"):
    """What the model said before."""

    content: str | list[Text | Thinking] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_plan: str | None = None
    citations: Raw | None = None


class ToolTurn(Struct, frozen=True, tag="tool", tag_field="role"):
    """What a tool answered."""

    tool_call_id: str
    content: str | list[Text | Document]


Message = User | System | Assistant | ToolTurn


class Function(Struct, frozen=True):
    """A function on offer."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]+$")]
    parameters: Schema | None = None
    description: str | None = None


class Tool(Struct, frozen=True):
    """A tool on offer."""

    type: Literal["function"]
    function: Function


class ResponseFormat(Struct, frozen=True):
    """`text` or `json_object`, with or without a schema."""

    type: Literal["text", "json_object"]
    json_schema: Schema | None = None


class ChatRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All fields but documents and log probabilities, which are not offered here."""

    model: Annotated[str, Meta(min_length=1)]
    messages: Annotated[list[Message], Meta(min_length=1)]
    stream: bool | None = None
    max_tokens: Annotated[int, Meta(ge=1)] | None = None
    stop_sequences: Annotated[list[str], Meta(max_length=5)] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    seed: Annotated[int, Meta(ge=0)] | None = None
    frequency_penalty: Annotated[float, Meta(ge=0, le=1)] | None = None
    presence_penalty: Annotated[float, Meta(ge=0, le=1)] | None = None
    k: Annotated[int, Meta(ge=0, le=500)] | None = None
    p: Annotated[float, Meta(ge=0.01, le=0.99)] | None = None
    tools: list[Tool] | None = None
    tool_choice: Literal["REQUIRED", "NONE"] | None = None
    strict_tools: bool | None = None
    response_format: ResponseFormat | None = None
    safety_mode: Literal["CONTEXTUAL", "STRICT", "OFF"] | None = None
    citation_options: Raw | None = None
    thinking: Raw | None = None
    priority: int | None = None
    logprobs: Literal[False] | None = None
