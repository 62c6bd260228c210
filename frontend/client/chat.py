"""Asking, following an answer that is being written, and stopping it."""

from uuid import UUID, uuid4

from frontend.client import http
from frontend.client.stream import ChatStream
from shared import paths
from shared.chat import CancelAnswer, ChatRequest
from shared.events import Accepted
from shared.messages import Message


def ask(request: ChatRequest) -> ChatStream:
    """Sends a prompt. Refusals come out of the stream as `ApiError`."""
    headers = http.identity() | {paths.IDEMPOTENCY_HEADER: str(uuid4())}
    return ChatStream("POST", paths.CHAT, headers, body=request)


def follow(message: Message) -> ChatStream:
    """An answer that is being written: what is there of it, then what comes. The message names its request."""
    if message.request_id is None:
        raise ValueError("only answers can be followed")
    accepted = Accepted(request_id=message.request_id, conversation_id=message.conversation_id, message_id=message.id)
    return ChatStream("GET", f"{paths.CHAT}/{message.request_id}/events", http.identity(), accepted=accepted)


def cancel(request_id: UUID) -> None:
    """Stops an answer; what was written stays, and is charged."""
    http.call("POST", f"{paths.CHAT}/{request_id}/cancel", CancelAnswer)
