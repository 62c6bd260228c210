"""Why a request is not admitted."""

from backend.errors import AppError
from shared.errors import ErrorCode


class OutOfCredits(AppError):
    """The balance does not pay for even a short answer."""

    code, status = ErrorCode.OUT_OF_CREDITS, 402


class SpendingCap(AppError):
    """The plan's cap of credits per day or per request does not allow even a short answer."""

    code, status = ErrorCode.SPENDING_CAP, 402


class RateLimited(AppError):
    """A rate window is full."""

    code, status, retryable = ErrorCode.RATE_LIMITED, 429, True


class TooManyChats(AppError):
    """Too many answers are being written at once."""

    code, status, retryable = ErrorCode.TOO_MANY_CHATS, 429, True


class ConversationBusy(AppError):
    """An answer is still being written in this conversation."""

    code, status, retryable = ErrorCode.CONFLICT, 409, True


class IdempotencyMismatch(AppError):
    """The idempotency key stands for another request."""

    code, status = ErrorCode.IDEMPOTENCY_MISMATCH, 409
