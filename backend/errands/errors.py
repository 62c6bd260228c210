"""Failures of errands as their callers are told them."""

from backend.errors import AppError
from backend.providers.errors import Rejected
from shared.errors import ErrorCode

STATUSES = {
    ErrorCode.INVALID_REQUEST: 400,
    ErrorCode.CONTEXT_TOO_LONG: 400,
    ErrorCode.CONFLICT: 409,
    ErrorCode.TOO_LARGE: 413,
    ErrorCode.CONTENT_FILTERED: 422,
    ErrorCode.NO_ROUTE: 503,
    ErrorCode.INTERRUPTED: 503,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.PROVIDER_TIMEOUT: 504,
}
"""Of failures that are given again, unless they are a provider's: 502."""

_ABOUT_THE_REQUEST = {400: ErrorCode.INVALID_REQUEST, 413: ErrorCode.TOO_LARGE, 422: ErrorCode.INVALID_REQUEST}
"""By the provider's status: what it says of the request, and not of itself or of Fairlead's account."""


class RequestRejected(AppError):
    """Only the provider knows which sizes, dimensions and files a model takes: it refused what the caller gave."""

    def __init__(self, rejected: Rejected, code: ErrorCode) -> None:
        super().__init__(rejected.message)
        self.code = code
        self.status = STATUSES[code]


def told(failure: AppError) -> AppError:
    """The failure, as the caller's own fault where it is that."""
    if isinstance(failure, Rejected) and failure.provider_status in _ABOUT_THE_REQUEST:
        return RequestRejected(failure, _ABOUT_THE_REQUEST[failure.provider_status])
    return failure
