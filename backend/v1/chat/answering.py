"""An answer as a chat completion, whole or in chunks: platform.openai.com/docs/api-reference/chat-streaming."""

import time
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.v1.chat.wire import (
    AnsweredBy,
    AnswerMessage,
    CalledFunction,
    CalledTool,
    ChatCompletion,
    Choice,
    ChoiceLogprobs,
    CompletionDetails,
    CompletionUsage,
    PromptDetails,
)
from backend.v1.refusals import BEGUN_ANEW, IN_STREAM, NOWHERE, STOPPED, openai_error
from shared.chat import ChatAnswer, RouteView, ToolCall, UsageFigures
from shared.errors import ErrorBody
from shared.events import ChatEvent, Done, Logprobs, Restart, ToolCalls
from shared.messages import FinishReason
from shared.routing import Routing

_encode = msgspec.json.Encoder().encode
DONE = b"data: [DONE]\n\n"
_HERE = "\0"
"""Where the text goes in the frame that all chunks share; no model's name or id has it."""


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


def usage_of(figures: UsageFigures) -> CompletionUsage:
    """What was used, in OpenAI's words."""
    return CompletionUsage(
        prompt_tokens=figures.prompt_tokens,
        completion_tokens=figures.completion_tokens,
        total_tokens=figures.prompt_tokens + figures.completion_tokens,
        prompt_tokens_details=PromptDetails(
            cached_tokens=figures.cached_tokens, cache_write_tokens=figures.cache_write_tokens
        ),
        completion_tokens_details=CompletionDetails(reasoning_tokens=figures.reasoning_tokens),
        credits=figures.credits,
        estimated=figures.estimated,
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


class _Chunk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    created: int
    model: str
    choices: list[_ChunkChoice]
    object: Literal["chat.completion.chunk"] | None = None
    usage: CompletionUsage | None = None
    routing_metadata: Routing | None = None
    provider: AnsweredBy | None = None


class CompletionVoice:
    """Tells one reader an answer in chunks. What cannot be said in them ends the stream with an error."""

    def __init__(self, request_id: UUID, *, include_usage: bool) -> None:
        self._id = completion_id(request_id)
        self._created = int(time.time())
        self._include_usage = include_usage
        self._model = ""
        self._head = self._tail = b""
        self._figures: UsageFigures | None = None
        self._over = False

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """A chunk of text; the first one says who speaks, too."""
        if self._over:
            return b""
        opening = self._begun()
        return opening + b"%b%b%b" % (self._head, _encode(text), self._tail)

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """What OpenAI's chunks can say of an event."""
        if self._over:
            return b""
        match event:
            case RouteView():
                self._model = event.model
            case ToolCalls():
                return self._begun() + self._say(_Delta(tool_calls=_tool_deltas(event.calls)))
            case Logprobs():
                return self._begun() + self._say(_Delta(content=""), logprobs=ChoiceLogprobs(event.content))
            case UsageFigures() if event.final:
                self._figures = event
            case Done():
                return self._end(event)
            case Restart():
                return self._fail(BEGUN_ANEW)
            case ErrorBody():
                return self._fail(event)
        return b""

    def _begun(self) -> bytes:
        return b"" if self._head else self._open()

    def _open(self) -> bytes:
        chunk = self._sent(self._chunk([_ChunkChoice(delta=_Delta(content=_HERE))]))
        self._head, _, self._tail = chunk.partition(_encode(_HERE))
        return self._say(_Delta(role="assistant", content=""))

    def _end(self, done: Done) -> bytes:
        if done.finish_reason is FinishReason.CANCELLED:
            return self._fail(STOPPED)
        self._over = True
        by = AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms)
        finish = [_ChunkChoice(delta=_Delta(), finish_reason=done.finish_reason.value)]
        routing = done.routing or NOWHERE
        if not self._include_usage or self._figures is None:
            return self._begun() + self._sent(self._chunk(finish, routing=routing, provider=by)) + DONE
        usage = self._chunk([], usage=usage_of(self._figures), routing=routing, provider=by)
        return self._begun() + self._sent(self._chunk(finish)) + self._sent(usage) + DONE

    def _fail(self, error: ErrorBody) -> bytes:
        self._over = True
        return b"data: %b\n\n" % _encode(openai_error(error, IN_STREAM))

    def _say(self, delta: _Delta, logprobs: ChoiceLogprobs | None = None) -> bytes:
        return self._sent(self._chunk([_ChunkChoice(delta=delta, logprobs=logprobs)]))

    def _chunk(
        self,
        choices: list[_ChunkChoice],
        *,
        usage: CompletionUsage | None = None,
        routing: Routing | None = None,
        provider: AnsweredBy | None = None,
    ) -> _Chunk:
        return _Chunk(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=choices,
            object="chat.completion.chunk",
            usage=usage,
            routing_metadata=routing,
            provider=provider,
        )

    @staticmethod
    def _sent(chunk: _Chunk) -> bytes:
        return b"data: %b\n\n" % _encode(chunk)


def _tool_deltas(calls: list[ToolCall]) -> list[_ToolDelta]:
    return [
        _ToolDelta(index=index, id=call.id, function=CalledFunction(call.name, call.arguments))
        for index, call in enumerate(calls)
    ]
