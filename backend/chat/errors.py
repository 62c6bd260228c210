"""Refusals and failures of chat itself."""

from backend.errors import AppError
from shared.errors import ErrorCode


class RiskBlocked(AppError):
    """A risk rule does not let the prompt through; nothing was sent and nothing is charged."""

    code, status = ErrorCode.RISK_BLOCKED, 422


class Interrupted(AppError):
    """Our side ended the answer before it was complete."""

    code, status, retryable = ErrorCode.INTERRUPTED, 503, True
