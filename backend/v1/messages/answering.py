"""A whole answer as a message: docs.anthropic.com/en/api/messages."""

from uuid import UUID

from backend.providers.dialects.arguments import as_object
from backend.v1.chat.wire import AnsweredBy
from backend.v1.messages.message import AnthropicMessage, MessageUsage, StopReason, TextBlock, ToolUseBlock
from backend.v1.messages.reading import IN_WORDS
from backend.v1.refusals import NOWHERE, in_words
from shared.chat import ChatAnswer, ToolCall, UsageFigures
from shared.messages import FinishReason
from shared.routing import Routing

_REASONS: dict[FinishReason, StopReason] = {
    FinishReason.LENGTH: "max_tokens",
    FinishReason.CONTENT_FILTER: "refusal",
    FinishReason.TOOL_CALLS: "tool_use",
}


def message_id(request_id: UUID) -> str:
    """The answer's name."""
    return f"msg_{request_id.hex}"


def message(answer: ChatAnswer) -> AnthropicMessage:
    """A whole answer."""
    words = [TextBlock(text=answer.text)] if answer.text else []
    return AnthropicMessage(
        id=message_id(answer.request_id),
        model=answer.model,
        content=[*words, *map(tool_use, answer.tool_calls)],
        stop_reason=stop_reason(answer.finish_reason, answer.stop_sequence, used_tools=bool(answer.tool_calls)),
        stop_sequence=answer.stop_sequence,
        usage=usage_of(answer.usage),
        routing_metadata=named(answer.routing),
        provider=AnsweredBy(name=answer.provider, model=answer.model, latency_ms=answer.latency_ms),
    )


def tool_use(call: ToolCall) -> ToolUseBlock:
    """The use of a tool."""
    return ToolUseBlock(id=call.id, name=call.name, input=as_object(call.arguments))


def stop_reason(finish: FinishReason, sequence: str | None, *, used_tools: bool) -> StopReason:
    """Why the answer ended; a model that wants tools used waits for them, whatever its provider calls that."""
    if finish is not FinishReason.STOP:
        return _REASONS.get(finish, "end_turn")
    if used_tools:
        return "tool_use"
    return "end_turn" if sequence is None else "stop_sequence"


def usage_of(figures: UsageFigures) -> MessageUsage:
    """What was used, in the words of this API."""
    return MessageUsage(
        input_tokens=max(0, figures.prompt_tokens - figures.cached_tokens - figures.cache_write_tokens),
        output_tokens=figures.completion_tokens,
        cache_creation_input_tokens=figures.cache_write_tokens,
        cache_read_input_tokens=figures.cached_tokens,
        credits=figures.credits,
        estimated=figures.estimated,
    )


def named(routing: Routing | None) -> Routing:
    """The routing with ignored fields called as this API calls them."""
    return in_words(routing or NOWHERE, IN_WORDS)
