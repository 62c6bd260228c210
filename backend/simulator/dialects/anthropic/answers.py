"""What Messages give: docs.anthropic.com/en/api/messages and .../messages-streaming."""

from msgspec import UNSET, Raw, Struct, UnsetType

from backend.simulator.reply import Usage as Bill


class OutputDetails(Struct, frozen=True):
    """Parts of the answer."""

    thinking_tokens: int


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one call; those read from and written to the cache are not in `input_tokens`."""

    input_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    output_tokens: int
    output_tokens_details: OutputDetails | UnsetType = UNSET
    service_tier: str | UnsetType = "standard"


class Text(Struct, frozen=True, tag="text", tag_field="type"):
    """Words."""

    text: str


class Thinking(Struct, frozen=True, tag="thinking", tag_field="type"):
    """What was thought."""

    thinking: str
    signature: str


class ToolUse(Struct, frozen=True, tag="tool_use", tag_field="type"):
    """A call."""

    id: str
    name: str
    input: Raw


Block = Text | Thinking | ToolUse


class Message(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    type: str = "message"
    role: str = "assistant"
    model: str
    content: list[Block]
    stop_reason: str | None
    stop_sequence: str | None
    usage: Usage | UnsetType


class MessageStart(Struct, frozen=True, tag="message_start", tag_field="type"):
    """Opens a stream."""

    message: Message


class BlockStart(Struct, frozen=True, tag="content_block_start", tag_field="type"):
    """Opens a block, empty as yet."""

    index: int
    content_block: Block


class TextDelta(Struct, frozen=True, tag="text_delta", tag_field="type"):
    """More words."""

    text: str = ""


class ThinkingDelta(Struct, frozen=True, tag="thinking_delta", tag_field="type"):
    """More thoughts."""

    thinking: str = ""


class SignatureDelta(Struct, frozen=True, tag="signature_delta", tag_field="type"):
    """Closes a block of thoughts."""

    signature: str


class InputDelta(Struct, frozen=True, tag="input_json_delta", tag_field="type"):
    """More of a call's input, as a piece of JSON."""

    partial_json: str = ""


class BlockDelta(Struct, frozen=True, tag="content_block_delta", tag_field="type"):
    """A piece of a block."""

    index: int
    delta: TextDelta | ThinkingDelta | SignatureDelta | InputDelta


class BlockStop(Struct, frozen=True, tag="content_block_stop", tag_field="type"):
    """Closes a block."""

    index: int


class Ending(Struct, frozen=True):
    """Why it ended."""

    stop_reason: str | None
    stop_sequence: str | None


class MessageDelta(Struct, frozen=True, tag="message_delta", tag_field="type"):
    """How it ended and what it cost; the figures are cumulative."""

    delta: Ending
    usage: Usage | UnsetType


class MessageStop(Struct, frozen=True, tag="message_stop", tag_field="type"):
    """Closes a stream."""


class Ping(Struct, frozen=True, tag="ping", tag_field="type"):
    """Keeps a stream alive."""


def usage(bill: Bill | None, *, output: int | None = None) -> Usage | UnsetType:
    """The bill in Anthropic's words; `output` is what has been written so far when that is not all."""
    if bill is None:
        return UNSET
    return Usage(
        input_tokens=bill.prompt - bill.cached - bill.cache_write,
        cache_creation_input_tokens=bill.cache_write,
        cache_read_input_tokens=bill.cached,
        output_tokens=bill.completion if output is None else output,
        output_tokens_details=OutputDetails(bill.reasoning) if bill.reasoning and output is None else UNSET,
    )
