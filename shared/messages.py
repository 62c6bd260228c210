"""Messages and what became of them."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.attachments import Attached
from shared.errors import ErrorCode, JsonScalar
from shared.wire import Answer, Credits, Instant, Request


class Role(StrEnum):
    """Who speaks. `tool` gives the result of a tool that an assistant asked for."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class MessageState(StrEnum):
    """`cancelled`: the user stopped it; `interrupted`: a failure did."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"


class FinishReason(StrEnum):
    """Why an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    CANCELLED = "cancelled"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"


class ChatMessage(Request, frozen=True, kw_only=True):
    """One turn of a stateless conversation."""

    role: Role
    content: str


class Message(Answer, frozen=True, kw_only=True):
    """A stored message. Fields after `precheck_id` belong to answers only.

    `reasons` says in plain words why this assistant and model answered; `notices` what the person should know of the
    way there (a fallback, older turns left out). `model_name` is the model's name for people. `failure` is set when
    `state` is `interrupted`. `attachments` are the files of a prompt. `masked`: models
    and the database have names in place of its personal data. `precheck_id` is of the check of this prompt,
    or of the prompt that this answers.
    """

    id: UUID
    conversation_id: UUID
    role: Role
    content: str
    state: MessageState
    created_at: Instant
    attachments: list[Attached] = []
    request_id: UUID | None = None
    precheck_id: UUID | None = None
    assistant_id: UUID | None = None
    assistant_name: str | None = None
    model: str | None = None
    model_name: str | None = None
    reasons: list[str] = []
    notices: list[str] = []
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    credits: Credits | None = None
    estimated: bool = False
    finish_reason: FinishReason | None = None
    latency_ms: int | None = None
    first_token_ms: int | None = None
    failure: ErrorCode | None = None
    feedback: Literal["up", "down"] | None = None
    metadata: dict[str, JsonScalar] = {}
    masked: bool = False


class FeedbackRequest(Request, frozen=True, kw_only=True):
    """A judgement on one answer; `comment` is at most 2,000 characters."""

    rating: Literal["up", "down"]
    comment: Annotated[str, Meta(max_length=2000)] | None = None
