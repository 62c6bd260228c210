"""What Anthropic's Messages API answers, on the wire: docs.anthropic.com/en/api/messages."""

from decimal import Decimal
from typing import Literal

from msgspec import Raw, Struct

from backend.v1.chat.wire import AnsweredBy
from shared.routing import Routing

StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal"]


class TextBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="text"):
    """What the model said."""

    text: str
    citations: None = None


class ToolUseBlock(Struct, frozen=True, kw_only=True, tag_field="type", tag="tool_use"):
    """A tool the model wants to be used."""

    id: str
    name: str
    input: Raw


class MessageUsage(Struct, frozen=True, kw_only=True):
    """Tokens, and what they cost in credits. `estimated`: the provider reported none.

    The prompt's tokens are the sum of `input_tokens` and the two that concern the cache.
    """

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0
    credits: Decimal = Decimal(0)
    estimated: bool = False


class AnthropicMessage(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    id: str
    model: str
    content: list[TextBlock | ToolUseBlock]
    stop_reason: StopReason | None
    stop_sequence: str | None
    usage: MessageUsage
    routing_metadata: Routing | None = None
    provider: AnsweredBy | None = None
    role: Literal["assistant"] = "assistant"
    type: Literal["message"] = "message"


class TokenCount(Struct, frozen=True, kw_only=True):
    """An estimate: the one that decides what a prompt may cost."""

    input_tokens: int
