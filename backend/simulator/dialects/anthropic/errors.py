"""Refusals in Anthropic's form: docs.anthropic.com/en/api/errors."""

import msgspec
from msgspec import Struct

from backend.simulator.refusal import Kind, Refusal

UNREADABLE = "The request body is not valid JSON."
_INVALID, _API, _MISSING = "invalid_request_error", "api_error", "not_found_error"
_TYPES = {
    Kind.INVALID: _INVALID,
    Kind.NO_KEY: "authentication_error",
    Kind.BAD_KEY: "authentication_error",
    Kind.FORBIDDEN: "permission_error",
    Kind.UNKNOWN_PATH: _MISSING,
    Kind.UNKNOWN_MODEL: _MISSING,
    Kind.WRONG_METHOD: _INVALID,
    Kind.TIMEOUT: "timeout_error",
    Kind.CONFLICT: _INVALID,
    Kind.TOO_LARGE: "request_too_large",
    Kind.QUOTA: "billing_error",
    Kind.RATE_LIMIT: "rate_limit_error",
    Kind.SERVER: _API,
    Kind.BAD_GATEWAY: _API,
    Kind.UNAVAILABLE: _API,
    Kind.GATEWAY_TIMEOUT: "timeout_error",
    Kind.OVERLOADED: "overloaded_error",
    Kind.CONTEXT_TOO_LONG: _INVALID,
    Kind.CONTENT_FILTER: _INVALID,
}
STATUSES = {Kind.QUOTA: 402}
"""Where the status is not the usual one."""

_MESSAGES = {
    Kind.NO_KEY: "x-api-key header is required",
    Kind.BAD_KEY: "invalid x-api-key",
    Kind.QUOTA: "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
    Kind.OVERLOADED: "Overloaded",
    Kind.SERVER: "Internal server error",
    Kind.CONTENT_FILTER: "Output blocked by content filtering policy",
}


class Error(Struct, frozen=True):
    """What went wrong."""

    type: str
    message: str


class ErrorBody(Struct, frozen=True, kw_only=True):
    """The whole body of an error response, and an `error` event."""

    type: str = "error"
    error: Error
    request_id: str


def error(refusal: Refusal, identity: str) -> bytes:
    """`{"type": "error", "error": {type, message}, request_id}`."""
    return msgspec.json.encode(
        ErrorBody(error=Error(_TYPES[refusal.kind], _message(refusal)), request_id=f"req_{identity}")
    )


def _message(refusal: Refusal) -> str:
    if refusal.window is not None:
        size, prompt, completion = refusal.window
        if not completion:
            return f"prompt is too long: {prompt} tokens > {size} maximum"
        return f"input length and `max_tokens` exceed context limit: {prompt} + {completion} > {size}"
    if refusal.kind is Kind.UNKNOWN_MODEL:
        return refusal.message
    return _MESSAGES.get(refusal.kind, refusal.message)
