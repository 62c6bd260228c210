"""Asking, following an answer that is being written, and stopping it."""

from uuid import UUID, uuid4

from frontend.client import http
from frontend.client.stream import ChatStream
from shared import paths
from shared.chat import CancelAnswer, ChatRequest


def ask(request: ChatRequest) -> ChatStream:
    """Sends a prompt. Refusals come out of the stream as `ApiError`."""
    headers = http.identity() | {paths.IDEMPOTENCY_HEADER: str(uuid4())}
    return ChatStream("POST", paths.CHAT, headers, body=request)


def follow(request_id: UUID) -> ChatStream:
    """The whole answer from its beginning, and what is still being written of it."""
    return ChatStream("GET", f"{paths.CHAT}/{request_id}/events", http.identity())


def cancel(request_id: UUID) -> None:
    """Stops an answer; what was written stays, and is charged."""
    http.call("POST", f"{paths.CHAT}/{request_id}/cancel", CancelAnswer)
