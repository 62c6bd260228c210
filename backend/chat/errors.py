"""Refusals and failures of chat itself."""

from backend.errors import AppError
from backend.providers.errors import ProviderError
from shared.errors import ErrorCode


class RiskBlocked(AppError):
    """A risk rule does not let the prompt through; nothing was sent and nothing is charged."""

    code, status = ErrorCode.RISK_BLOCKED, 422


class PersonalDataRefused(AppError):
    """The plan does not let personal data or secrets reach a model; nothing was sent and nothing is charged."""

    code, status = ErrorCode.PERSONAL_DATA, 422


class Interrupted(AppError):
    """Our side ended the answer before it was complete."""

    code, status, retryable = ErrorCode.INTERRUPTED, 503, True


class TooLate(AppError):
    """The answer was not whole by the time that the caller set; what there is of it costs nothing.

    It has a code of its own: impatience is no fault of a provider and must not count as one.
    """

    code, status, retryable = ErrorCode.TOO_LATE, 504, True


class Diverged(ProviderError):
    """An answer broke off, nobody went on from where it was, and what the caller has seen cannot be taken back."""

    sentence = "The answer broke off and could not be continued. What was sent of it cost nothing. Ask again."
    may_have_run = False
