"""What keeps a provider's list from being read or applied."""

from backend.errors import AppError, Conflict
from backend.providers.errors import ProviderError
from shared.errors import ErrorCode


class ListUnread(AppError):
    """The provider's list did not come, or cannot be understood."""

    code, status, retryable = ErrorCode.PROVIDER_FAILED, 502, True


class ImportStale(Conflict):
    """What the lines were made from is no longer so."""


def unread(provider: str, error: ProviderError) -> ListUnread:
    """A provider's failure in words for an admin, with the provider's own reason: no prompt is in it."""
    said = error.reason or error.sentence.removesuffix(".")
    failure = ListUnread(f"The model list of {provider} could not be read: {said.removesuffix('.')}.")
    failure.code, failure.status, failure.retryable = error.code, error.status, error.retryable
    failure.retry_after = error.retry_after
    return failure
