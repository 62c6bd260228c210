"""Why somebody may not send for a while."""

from backend.errors import AppError
from shared.errors import ErrorCode


class Paused(AppError):
    """A person, an API key or new accounts at an address may not send until a time."""

    code, status, retryable = ErrorCode.PAUSED, 429, True
