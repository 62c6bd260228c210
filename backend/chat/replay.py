"""Answering a repeated request with the first one's result."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import msgspec

from backend.chat.voice import NATIVE, Voice
from backend.database import Database
from backend.errors import AppError, Unavailable
from backend.metering import repository
from backend.metering.records import StoredResult
from shared.chat import ChatAnswer
from shared.errors import ErrorBody
from shared.events import Accepted, ChatEvent, Done, Logprobs, ToolCalls

POLL_SECONDS = 0.2


class FirstFailed(AppError):
    """The first request failed; its error is given again, with what was tried."""

    def __init__(self, body: ErrorBody, status: int) -> None:
        super().__init__(body.message, retry_after=body.retry_after, details=body.details)
        self.code, self.status, self.retryable = body.code, status, body.retryable
        self.routing = body.routing


async def await_result(database: Database, caller: UUID, request_id: UUID, seconds: float) -> StoredResult:
    """The first request's result, once it has one. Raises `Unavailable` when it takes too long or was lost."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        result, running = await repository.stored_result(database, caller, request_id)
        if result is not None:
            return result
        if not running or asyncio.get_running_loop().time() > deadline:
            raise Unavailable(
                "The first request with this idempotency key has no result yet. Try again in a moment.", retry_after=2
            )
        await asyncio.sleep(POLL_SECONDS)


def answer_of(result: StoredResult) -> ChatAnswer:
    """The stored answer. Raises `FirstFailed`."""
    if isinstance(result.error, ErrorBody):
        raise FirstFailed(result.error, result.status)
    if isinstance(result.answer, msgspec.UnsetType):
        raise Unavailable("The first request's result is incomplete.")
    return result.answer


async def events_of(answer: ChatAnswer, voice: Voice = NATIVE) -> AsyncIterator[bytes]:
    """A stored answer as the stream it was."""
    attempt, length = answer.route.attempt, len(answer.text)
    frames = [voice.event(event, attempt, 0) for event in _before(answer)]
    if answer.text:
        frames.append(voice.delta(answer.text, attempt, length))
    frames += [voice.event(event, attempt, length) for event in _after(answer)]
    for frame in filter(None, frames):
        yield frame


def _before(answer: ChatAnswer) -> Iterator[ChatEvent]:
    yield Accepted(request_id=answer.request_id, conversation_id=answer.conversation_id, message_id=answer.message_id)
    if answer.precheck is not None:
        yield answer.precheck
    yield answer.route


def _after(answer: ChatAnswer) -> Iterator[ChatEvent]:
    if answer.logprobs:
        yield Logprobs(content=answer.logprobs)
    if answer.tool_calls:
        yield ToolCalls(calls=answer.tool_calls)
    yield answer.usage
    yield Done(
        finish_reason=answer.finish_reason,
        model=answer.model,
        latency_ms=answer.latency_ms,
        first_token_ms=answer.first_token_ms,
        provider=answer.provider,
        routing=answer.routing,
        stop_sequence=answer.stop_sequence,
    )
