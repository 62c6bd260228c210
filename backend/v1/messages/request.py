"""What is asked of Anthropic's Messages API, on the wire: docs.anthropic.com/en/api/messages."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from backend.v1.chat.wire import JsonObject, Name, ProviderPreferences, ToolName


class Source(Struct, frozen=True):
    """A picture in base64, or at an address."""

    type: str
    media_type: str | None = None
    data: str | None = None
    url: str | None = None


class Block(Struct, frozen=True, kw_only=True):
    """A part of a message: `text`, `image`, `tool_use` or `tool_result`; thoughts of a model are passed over."""

    type: str
    text: str | None = None
    source: Source | None = None
    id: str | None = None
    name: ToolName | None = None
    input: JsonObject | None = None
    tool_use_id: str | None = None
    content: "str | list[Block] | None" = None
    is_error: bool | None = None
    cache_control: JsonObject | None = None


class InputMessage(Struct, frozen=True, kw_only=True):
    """One message of the conversation."""

    role: Literal["user", "assistant", "system"]
    content: str | list[Block]


class OfferedTool(Struct, frozen=True, kw_only=True):
    """A tool of the caller's own; `input_schema` is a JSON Schema."""

    name: ToolName
    type: str | None = None
    description: str | None = None
    input_schema: JsonObject | None = None
    strict: bool | None = None
    cache_control: JsonObject | None = None


class ToolWish(Struct, frozen=True, kw_only=True):
    """Which tool is to be used."""

    type: Literal["auto", "any", "tool", "none"]
    name: ToolName | None = None
    disable_parallel_tool_use: bool | None = None


class OutputFormat(Struct, frozen=True, kw_only=True):
    """The schema an answer has to satisfy."""

    type: Literal["json_schema"]
    schema: JsonObject


class OutputOptions(Struct, frozen=True, kw_only=True):
    """What the answer is to be, and how much effort it is worth."""

    format: OutputFormat | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class Labels(Struct, frozen=True, kw_only=True):
    """What the caller notes with a request; it sets nobody's identity."""

    user_id: Annotated[str, Meta(max_length=512)] | None = None


class Conversation(Struct, frozen=True, kw_only=True):
    """What is to be read.

    `model` is a catalogue name, an alias, `auto` or `assistant:<family>`; `models` are asked after it, in order.
    """

    model: Name
    messages: Annotated[list[InputMessage], Meta(min_length=1, max_length=10_000)]
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    provider: ProviderPreferences | None = None
    system: str | list[Block] | None = None
    tools: Annotated[list[OfferedTool], Meta(max_length=512)] | None = None
    tool_choice: ToolWish | None = None
    output_config: OutputOptions | None = None


class CountTokensRequest(Conversation, frozen=True, kw_only=True):
    """A conversation whose tokens are to be counted."""


class MessagesRequest(Conversation, frozen=True, kw_only=True):
    """A conversation to be answered.

    Fields that are not listed go to models that know them and are named in `routing_metadata.ignored` otherwise;
    `cache_control` and the thoughts of a model always are.
    """

    max_tokens: Annotated[int, Meta(ge=1, le=1_000_000)]
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    stop_sequences: Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(max_length=64)] | None = None
    stream: bool | None = None
    metadata: Labels | None = None
