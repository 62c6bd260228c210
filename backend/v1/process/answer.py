"""What `/v1/ai/process` answers, in camelCase."""

from typing import Any
from uuid import UUID

from shared.errors import ErrorCode, JsonScalar
from shared.wire import Answer, Credits, Instant

Data = Any
"""Text; with `format` json any JSON value."""


class ProcessError(Answer, frozen=True, kw_only=True, rename="camel"):
    """What happened and what to do next. `retryAfter` is in seconds."""

    code: ErrorCode
    message: str
    retryable: bool = False
    retry_after: int | None = None
    details: dict[str, JsonScalar | list[str]] = {}


class ProcessAttempt(Answer, frozen=True, kw_only=True, rename="camel"):
    """One call to one model: `answered`, `cancelled` or `failed`, then with the error's code."""

    provider: str
    model: str
    status: str
    error: str | None = None


class ProcessRouting(Answer, frozen=True, kw_only=True, rename="camel"):
    """What was asked for, what was tried and why."""

    requested: str | None
    policy_used: str | None
    primary_provider: str | None
    attempts: list[ProcessAttempt] = []
    reasons: list[str] = []
    ignored: list[str] = []


class ProcessQuality(Answer, frozen=True, kw_only=True, rename="camel"):
    """What is known of the quality, from 0 to 1; null where nothing is.

    `overall` is the model's rating in the catalogue, moved by what its answers have of the 1,000 newest ratings that
    people of the organisation gave: (20 x rating + good) / (20 + all). Nothing measures the others.
    """

    relevance: float | None = None
    coherence: float | None = None
    creativity: float | None = None
    accuracy: float | None = None
    overall: float | None = None


class ProcessMetadata(Answer, frozen=True, kw_only=True, rename="camel"):
    """The facts. `responseTime` is in milliseconds, `cost` in credits: what this answer cost, without alternatives.

    `labels` are `userId`, `projectId` and `sessionId` as they were given. `finishReason` tells an answer that is whole
    (`stop`) from one that `maxTokens` or the credits ended (`length`).
    """

    service_used: str | None = None
    model: str | None = None
    response_time: int | None = None
    token_count: int | None = None
    cost: Credits | None = None
    quality: ProcessQuality = ProcessQuality()
    request_id: UUID | None = None
    timestamp: Instant
    finish_reason: str | None = None
    labels: dict[str, JsonScalar] = {}
    routing: ProcessRouting | None = None


class ProcessAlternative(Answer, frozen=True, kw_only=True, rename="camel"):
    """Another model that could answer.

    `confidence` is the policy's score, from 0 to 1. Without a `requestId` nobody asked it: `cost` is what an answer of
    the same length would cost there. With one it was asked: `data` is its answer and `cost` what that cost, or `error`
    says why there is none.
    """

    service: str
    model: str
    data: Data = None
    confidence: float | None
    cost: Credits
    request_id: UUID | None = None
    error: ProcessError | None = None


class ProcessAnswer(Answer, frozen=True, kw_only=True, rename="camel"):
    """The whole answer, whether it succeeded or not."""

    success: bool
    data: Data = None
    metadata: ProcessMetadata
    alternatives: list[ProcessAlternative] = []
    error: ProcessError | None = None
