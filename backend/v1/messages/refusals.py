"""Errors as Anthropic's clients know them: docs.anthropic.com/en/api/errors."""

from typing import Literal

from msgspec import Struct, UnsetType

from backend.v1.refusals import NOWHERE
from shared.errors import ErrorBody, ErrorCode
from shared.routing import Routing

REQUEST_ID_HEADER = "request-id"
"""By which Anthropic's clients tell a request: docs.anthropic.com/en/api/errors#request-id."""

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
}
_IN_STREAM = {
    ErrorCode.CONTENT_FILTERED: "invalid_request_error",
    ErrorCode.CONTEXT_TOO_LONG: "invalid_request_error",
    ErrorCode.NO_ROUTE: "overloaded_error",
    ErrorCode.UNAVAILABLE: "overloaded_error",
    ErrorCode.PROVIDER_TIMEOUT: "timeout_error",
}
"""What may go wrong when a stream has begun and has no status any more; everything else is an `api_error`."""


class FaultDetails(Struct, frozen=True, kw_only=True):
    """The stable name of the cause."""

    error_code: str


class AnthropicFault(Struct, frozen=True, kw_only=True):
    """What went wrong."""

    type: str
    message: str
    details: FaultDetails


class AnthropicError(Struct, frozen=True, kw_only=True):
    """The whole body of an error response, with what was tried."""

    error: AnthropicFault
    request_id: str | None
    routing_metadata: Routing
    type: Literal["error"] = "error"


def anthropic_error(body: ErrorBody, status: int) -> AnthropicError:
    """An error in Anthropic's shape."""
    return _error(body, _TYPES.get(status, "invalid_request_error"))


def error_in_stream(body: ErrorBody) -> AnthropicError:
    """An error after the status was sent."""
    return _error(body, _IN_STREAM.get(body.code, "api_error"))


def _error(body: ErrorBody, kind: str) -> AnthropicError:
    return AnthropicError(
        error=AnthropicFault(type=kind, message=body.message, details=FaultDetails(error_code=body.code.value)),
        request_id=body.request_id,
        routing_metadata=NOWHERE if isinstance(body.routing, UnsetType) else body.routing,
    )
