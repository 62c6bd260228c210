"""An answer as a chat completion, whole or in chunks: platform.openai.com/docs/api-reference/chat-streaming."""

import time
from uuid import UUID

from msgspec import Struct

from backend.v1.chat.wire import (
    AnsweredBy,
    AnswerMessage,
    CalledFunction,
    CalledTool,
    ChatCompletion,
    Choice,
    ChoiceLogprobs,
)
from backend.v1.chunks import ChunkVoice, usage_of
from backend.v1.refusals import NOWHERE
from shared.chat import ChatAnswer, ToolCall
from shared.events import ChatEvent, Logprobs, ToolCalls
from shared.messages import FinishReason


def completion_id(request_id: UUID) -> str:
    """The answer's name."""
    return f"chatcmpl-{request_id.hex}"


def completion(answer: ChatAnswer) -> ChatCompletion:
    """A whole answer."""
    tools = [_called(call) for call in answer.tool_calls]
    return ChatCompletion(
        id=completion_id(answer.request_id),
        created=int(time.time()),
        model=answer.model,
        choices=[
            Choice(
                message=AnswerMessage(content=answer.text or (None if tools else ""), tool_calls=tools or None),
                finish_reason=answer.finish_reason.value,
                logprobs=ChoiceLogprobs(answer.logprobs) if answer.logprobs else None,
            )
        ],
        usage=usage_of(answer.usage),
        routing_metadata=answer.routing or NOWHERE,
        provider=AnsweredBy(name=answer.provider, model=answer.model, latency_ms=answer.latency_ms),
    )


def _called(call: ToolCall) -> CalledTool:
    return CalledTool(id=call.id, function=CalledFunction(call.name, call.arguments))


class _ToolDelta(Struct, frozen=True, kw_only=True):
    index: int
    id: str
    function: CalledFunction
    type: str = "function"


class _Delta(Struct, frozen=True, omit_defaults=True):
    role: str | None = None
    content: str | None = None
    tool_calls: list[_ToolDelta] | None = None


class _ChunkChoice(Struct, frozen=True, kw_only=True):
    delta: _Delta
    finish_reason: str | None = None
    logprobs: ChoiceLogprobs | None = None
    index: int = 0


class CompletionVoice(ChunkVoice):
    """Tells one reader an answer in chunks of a chat completion; the first one says who speaks."""

    kind = "chat.completion.chunk"

    def __init__(self, request_id: UUID, *, include_usage: bool) -> None:
        super().__init__(completion_id(request_id), include_usage=include_usage)

    def _opening(self) -> _ChunkChoice:
        return _ChunkChoice(delta=_Delta(role="assistant", content=""))

    def _words(self, text: str) -> _ChunkChoice:
        return _ChunkChoice(delta=_Delta(content=text))

    def _finish(self, reason: FinishReason) -> _ChunkChoice:
        return _ChunkChoice(delta=_Delta(), finish_reason=reason.value)

    def _more(self, event: ChatEvent) -> _ChunkChoice | None:
        if isinstance(event, ToolCalls):
            return _ChunkChoice(delta=_Delta(tool_calls=_tool_deltas(event.calls)))
        if isinstance(event, Logprobs):
            return _ChunkChoice(delta=_Delta(content=""), logprobs=ChoiceLogprobs(event.content))
        return None


def _tool_deltas(calls: list[ToolCall]) -> list[_ToolDelta]:
    return [
        _ToolDelta(index=index, id=call.id, function=CalledFunction(call.name, call.arguments))
        for index, call in enumerate(calls)
    ]
