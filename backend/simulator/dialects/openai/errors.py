"""Refusals in OpenAI's form: platform.openai.com/docs/guides/error-codes."""

import msgspec
from msgspec import Struct

from backend.simulator.refusal import Kind, Refusal

UNREADABLE = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. The OpenAI API expects a JSON payload.)"
)
_INVALID, _SERVER = "invalid_request_error", "server_error"
_ERRORS: dict[Kind, tuple[str, str | None]] = {
    Kind.INVALID: (_INVALID, None),
    Kind.NO_KEY: (_INVALID, None),
    Kind.BAD_KEY: (_INVALID, "invalid_api_key"),
    Kind.FORBIDDEN: (_INVALID, "unsupported_country_region_territory"),
    Kind.UNKNOWN_PATH: (_INVALID, "unknown_url"),
    Kind.UNKNOWN_MODEL: (_INVALID, "model_not_found"),
    Kind.WRONG_METHOD: (_INVALID, "method_not_supported"),
    Kind.TIMEOUT: (_INVALID, "request_timeout"),
    Kind.CONFLICT: (_INVALID, "conflict"),
    Kind.TOO_LARGE: (_INVALID, "request_too_large"),
    Kind.QUOTA: ("insufficient_quota", "insufficient_quota"),
    Kind.RATE_LIMIT: ("requests", "rate_limit_exceeded"),
    Kind.SERVER: (_SERVER, None),
    Kind.BAD_GATEWAY: (_SERVER, None),
    Kind.UNAVAILABLE: (_SERVER, None),
    Kind.GATEWAY_TIMEOUT: (_SERVER, None),
    Kind.OVERLOADED: (_SERVER, "overloaded"),
    Kind.CONTEXT_TOO_LONG: (_INVALID, "context_length_exceeded"),
    Kind.CONTENT_FILTER: (_INVALID, "content_filter"),
}
"""`type` and `code` of each kind of refusal."""


class Error(Struct, frozen=True, kw_only=True):
    """What went wrong; `param` is the field at fault."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(Struct, frozen=True):
    """The whole body of an error response."""

    error: Error


def error(refusal: Refusal) -> bytes:
    """`{"error": {message, type, param, code}}`."""
    kind, code = _ERRORS[refusal.kind]
    return msgspec.json.encode(ErrorBody(Error(message=refusal.message, type=kind, param=refusal.field, code=code)))
