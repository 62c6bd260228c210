"""The envelope around an answer or an error, and the status it comes with. Pure, but for the time."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import UnsetType

from backend.v1.process.answer import (
    Data,
    ProcessAlternative,
    ProcessAnswer,
    ProcessError,
    ProcessMetadata,
    ProcessQuality,
)
from backend.v1.process.told import Told, error_of, routing_of
from shared.errors import ErrorBody, ErrorCode, JsonScalar
from shared.messages import FinishReason

NOT_JSON = ProcessError(
    code=ErrorCode.PROVIDER_FAILED,
    message="The model's answer is not JSON: it is in data as text, and charged. Ask again, or allow more tokens.",
    retryable=True,
)
STOPPED = ProcessError(
    code=ErrorCode.INTERRUPTED, message="The answer was stopped: data has what was written. Its cost is charged."
)


def enveloped(
    told: Told,
    *,
    as_json: bool,
    overall: float | None,
    labels: Mapping[str, JsonScalar],
    alternatives: list[ProcessAlternative],
) -> ProcessAnswer:
    """A whole answer. One that is not in the format that was asked for, or was stopped, is no success."""
    data, error = read(told.text, told.finish_reason, as_json=as_json)
    figures = told.figures
    return ProcessAnswer(
        success=error is None,
        data=data,
        metadata=ProcessMetadata(
            service_used=told.provider,
            model=told.model,
            response_time=told.latency_ms,
            token_count=figures.prompt_tokens + figures.completion_tokens,
            cost=figures.credits,
            quality=ProcessQuality(overall=overall),
            request_id=told.request_id,
            timestamp=datetime.now(UTC),
            finish_reason=told.finish_reason.value,
            labels=dict(labels),
            routing=routing_of(told.routing) if told.routing is not None else None,
        ),
        alternatives=alternatives,
        error=error,
    )


def status_of(answer: ProcessAnswer) -> int:
    """The status of an answer that was given whole: 200, or that of what is wrong with it."""
    return 200 if answer.error is None else 502 if answer.error is NOT_JSON else 409


def read(text: str, finish: FinishReason, *, as_json: bool) -> tuple[Data, ProcessError | None]:
    """An answer's text as data. What was stopped, or should be JSON and is not, stays text and is an error."""
    if finish is FinishReason.CANCELLED:
        return text, STOPPED
    if not as_json:
        return text, None
    try:
        return msgspec.json.decode(text), None
    except (msgspec.DecodeError, RecursionError):
        return text, NOT_JSON


def refused(body: ErrorBody, _status: int = 0) -> ProcessAnswer:
    """An error, with what was tried. It cost nothing."""
    return ProcessAnswer(
        success=False,
        metadata=ProcessMetadata(
            cost=Decimal(0),
            request_id=UUID(body.request_id) if body.request_id is not None else None,
            timestamp=datetime.now(UTC),
            routing=None if isinstance(body.routing, UnsetType) else routing_of(body.routing),
        ),
        error=error_of(body),
    )
