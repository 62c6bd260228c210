"""Answers in chunks, as OpenAI's chat and its older completions both tell them: one frame, other choices in it."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import msgspec
from msgspec import Struct

from backend.v1.chat.wire import AnsweredBy, CompletionDetails, CompletionUsage, PromptDetails
from backend.v1.refusals import BEGUN_ANEW, IN_STREAM, NOWHERE, STOPPED, openai_error
from shared.chat import RouteView, UsageFigures
from shared.errors import ErrorBody
from shared.events import ChatEvent, Done, Restart
from shared.messages import FinishReason
from shared.routing import Routing

_encode = msgspec.json.Encoder().encode
DONE = b"data: [DONE]\n\n"
_HERE = "\0"
"""Where the text goes in the frame that all chunks share; no model's name or id has it."""


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


class _Chunk(Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: str
    created: int
    model: str
    choices: Sequence[Struct]
    object: str | None = None
    usage: CompletionUsage | None = None
    routing_metadata: Routing | None = None
    provider: AnsweredBy | None = None


class ChunkVoice(ABC):
    """Tells one reader an answer in chunks. What cannot be said in them ends the stream with an error."""

    kind: ClassVar[str]
    """What the chunks call themselves."""

    def __init__(self, id: str, *, include_usage: bool) -> None:
        self._id = id
        self._created = int(time.time())
        self._include_usage = include_usage
        self._model = ""
        self._head = self._tail = b""
        self._figures: UsageFigures | None = None
        self._over = False

    @abstractmethod
    def _opening(self) -> Struct | None:
        """The choice that comes before all words, if there is one."""

    @abstractmethod
    def _words(self, text: str) -> Struct:
        """The choice that has more of the text."""

    @abstractmethod
    def _finish(self, reason: FinishReason) -> Struct:
        """The choice that says why it ended."""

    @abstractmethod
    def _more(self, event: ChatEvent) -> Struct | None:
        """The choice that tells of another event, if chunks of this kind can."""

    def delta(self, text: str, edition: int, offset: int) -> bytes:
        """A chunk of text; before the first one, what comes before all words."""
        if self._over:
            return b""
        opening = self._begun()
        return opening + b"%b%b%b" % (self._head, _encode(text), self._tail)

    def event(self, event: ChatEvent, edition: int, offset: int) -> bytes:
        """What chunks can say of an event."""
        if self._over:
            return b""
        match event:
            case RouteView():
                self._model = event.model
            case UsageFigures() if event.final:
                self._figures = event
            case Done():
                return self._end(event)
            case Restart():
                return self._fail(BEGUN_ANEW)
            case ErrorBody():
                return self._fail(event)
            case _ if (choice := self._more(event)) is not None:
                return self._begun() + self._sent([choice])
        return b""

    def _begun(self) -> bytes:
        if self._head:
            return b""
        chunk = self._sent([self._words(_HERE)])
        self._head, _, self._tail = chunk.partition(_encode(_HERE))
        opening = self._opening()
        return b"" if opening is None else self._sent([opening])

    def _end(self, done: Done) -> bytes:
        if done.finish_reason is FinishReason.CANCELLED:
            return self._fail(STOPPED)
        self._over = True
        by = AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms)
        finish = [self._finish(done.finish_reason)]
        routing = self._named(done.routing or NOWHERE)
        if not self._include_usage or self._figures is None:
            return self._begun() + self._sent(finish, routing=routing, provider=by) + DONE
        usage = self._sent([], usage=usage_of(self._figures), routing=routing, provider=by)
        return self._begun() + self._sent(finish) + usage + DONE

    def _named(self, routing: Routing) -> Routing:
        """The routing with ignored fields called as this API calls them."""
        return routing

    def _fail(self, error: ErrorBody) -> bytes:
        self._over = True
        return b"data: %b\n\n" % _encode(openai_error(error, IN_STREAM))

    def _sent(
        self,
        choices: Sequence[Struct],
        *,
        usage: CompletionUsage | None = None,
        routing: Routing | None = None,
        provider: AnsweredBy | None = None,
    ) -> bytes:
        chunk = _Chunk(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=choices,
            object=self.kind,
            usage=usage,
            routing_metadata=routing,
            provider=provider,
        )
        return b"data: %b\n\n" % _encode(chunk)
