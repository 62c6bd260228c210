"""An answer as far as the envelope tells of it. Pure."""

from uuid import UUID

import msgspec
from msgspec import Struct

from backend.v1.process.answer import ProcessError, ProcessRouting
from shared.chat import ChatAnswer, UsageFigures
from shared.errors import ErrorBody
from shared.events import Done
from shared.messages import FinishReason
from shared.routing import Routing


class Told(Struct, frozen=True, kw_only=True):
    """A whole answer."""

    request_id: UUID
    text: str
    figures: UsageFigures
    model: str
    provider: str
    latency_ms: int
    finish_reason: FinishReason
    routing: Routing | None

    @classmethod
    def of(cls, answer: ChatAnswer) -> "Told":
        """One that is an object already."""
        return cls(
            request_id=answer.request_id,
            text=answer.text,
            figures=answer.usage,
            model=answer.model,
            provider=answer.provider,
            latency_ms=answer.latency_ms,
            finish_reason=answer.finish_reason,
            routing=answer.routing,
        )

    @classmethod
    def streamed(cls, request_id: UUID, text: str, figures: UsageFigures, done: Done) -> "Told":
        """One that was told in events."""
        return cls(
            request_id=request_id,
            text=text,
            figures=figures,
            model=done.model,
            provider=done.provider,
            latency_ms=done.latency_ms,
            finish_reason=done.finish_reason,
            routing=done.routing,
        )


def error_of(body: ErrorBody) -> ProcessError:
    """An error as the envelope has it."""
    return ProcessError(
        code=body.code,
        message=body.message,
        retryable=body.retryable,
        retry_after=body.retry_after,
        details=body.details,
    )


def routing_of(routing: Routing) -> ProcessRouting:
    """The way it went, in camelCase."""
    return msgspec.convert(routing, ProcessRouting, from_attributes=True)
