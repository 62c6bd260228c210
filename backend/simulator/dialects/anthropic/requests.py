"""What Messages take: docs.anthropic.com/en/api/messages. Unknown fields are refused, as they are there."""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from backend.simulator.ask import Schema


class CacheControl(Struct, frozen=True):
    """Asks for the prompt up to here to be kept."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class Base64Source(Struct, frozen=True, tag="base64", tag_field="type"):
    """A picture in the request."""

    media_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp"]
    data: str


class UrlSource(Struct, frozen=True, tag="url", tag_field="type"):
    """A picture at an address."""

    url: str


class Text(Struct, frozen=True, tag="text", tag_field="type"):
    """Words."""

    text: Annotated[str, Meta(min_length=1)]
    cache_control: CacheControl | None = None
    citations: Raw | None = None


class Image(Struct, frozen=True, tag="image", tag_field="type"):
    """A picture."""

    source: Base64Source | UrlSource
    cache_control: CacheControl | None = None


class ToolUse(Struct, frozen=True, tag="tool_use", tag_field="type"):
    """A call in an earlier turn of the assistant."""

    id: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]+$")]
    name: str
    input: dict[str, object]
    cache_control: CacheControl | None = None


class ToolResult(Struct, frozen=True, tag="tool_result", tag_field="type"):
    """What a tool answered."""

    tool_use_id: str
    content: str | list[Text | Image] | None = None
    is_error: bool | None = None
    cache_control: CacheControl | None = None


class Thinking(Struct, frozen=True, tag="thinking", tag_field="type"):
    """What was thought in an earlier turn."""

    thinking: str
    signature: str


class RedactedThinking(Struct, frozen=True, tag="redacted_thinking", tag_field="type"):
    """The same, unreadable."""

    data: str


Block = Text | Image | ToolUse | ToolResult | Thinking | RedactedThinking


class Message(Struct, frozen=True, forbid_unknown_fields=True):
    """One turn; instructions are not among them."""

    role: Literal["user", "assistant"]
    content: str | list[Block]


class Tool(Struct, frozen=True):
    """A tool on offer; those of Anthropic's own are not taken."""

    name: Annotated[str, Meta(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]
    input_schema: Schema
    type: Literal["custom"] | None = None
    cache_control: CacheControl | None = None


class Choice(Struct, frozen=True):
    """Whether tools may or must be called."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class Format(Struct, frozen=True):
    """The schema of a structured answer."""

    type: Literal["json_schema"]
    schema: Schema


class OutputConfig(Struct, frozen=True):
    """How the answer should be."""

    effort: str | None = None
    format: Format | None = None


class CountRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is counted: all that the model would read."""

    model: Annotated[str, Meta(min_length=1)]
    messages: Annotated[list[Message], Meta(min_length=1)]
    system: str | list[Text] | None = None
    tools: list[Tool] | None = None
    tool_choice: Choice | None = None
    thinking: Raw | None = None
    output_config: OutputConfig | None = None
    cache_control: CacheControl | None = None
    speed: Raw | None = None
    user_profile_id: str | None = None
    workspace_id: str | None = None


class MessagesRequest(CountRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All fields; those read as they come make no difference here."""

    max_tokens: Annotated[int, Meta(ge=1)]
    stream: bool | None = None
    stop_sequences: list[Annotated[str, Meta(min_length=1)]] | None = None
    temperature: Annotated[float, Meta(ge=0, le=1)] | None = None
    top_k: Annotated[int, Meta(ge=0)] | None = None
    top_p: Annotated[float, Meta(ge=0, le=1)] | None = None
    metadata: Raw | None = None
    service_tier: Raw | None = None
    container: Raw | None = None
    diagnostics: Raw | None = None
    inference_geo: str | None = None
