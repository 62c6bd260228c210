"""Refusals in Google's form: ai.google.dev/gemini-api/docs/troubleshooting and cloud.google.com/apis/design/errors."""

from collections.abc import Mapping

import msgspec
from msgspec import UNSET, Struct, UnsetType

from backend.simulator.refusal import Kind, Refusal

UNREADABLE = "Invalid JSON payload received. Unexpected token."
_INVALID, _MISSING, _EXHAUSTED = "INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED"
_UNAVAILABLE, _DEADLINE, _DENIED = "UNAVAILABLE", "DEADLINE_EXCEEDED", "PERMISSION_DENIED"
_STATUSES = {
    Kind.INVALID: _INVALID,
    Kind.NO_KEY: _DENIED,
    Kind.BAD_KEY: _INVALID,
    Kind.FORBIDDEN: _DENIED,
    Kind.UNKNOWN_PATH: _MISSING,
    Kind.UNKNOWN_MODEL: _MISSING,
    Kind.WRONG_METHOD: _MISSING,
    Kind.TIMEOUT: _DEADLINE,
    Kind.CONFLICT: "ABORTED",
    Kind.TOO_LARGE: _INVALID,
    Kind.QUOTA: _EXHAUSTED,
    Kind.RATE_LIMIT: _EXHAUSTED,
    Kind.SERVER: "INTERNAL",
    Kind.BAD_GATEWAY: _UNAVAILABLE,
    Kind.UNAVAILABLE: _UNAVAILABLE,
    Kind.GATEWAY_TIMEOUT: _DEADLINE,
    Kind.OVERLOADED: _UNAVAILABLE,
    Kind.CONTEXT_TOO_LONG: _INVALID,
    Kind.CONTENT_FILTER: _INVALID,
}
CODES = {Kind.BAD_KEY: 400, Kind.NO_KEY: 403, Kind.WRONG_METHOD: 404}
"""Where the HTTP status is not the usual one."""

_MESSAGES = {
    Kind.NO_KEY: "Method doesn't allow unregistered callers (callers without established identity). Please use API Key "
    "or other form of API consumer identity to call this API.",
    Kind.BAD_KEY: "API key not valid. Please pass a valid API key.",
    Kind.RATE_LIMIT: "Resource has been exhausted (e.g. check quota).",
    Kind.SERVER: "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
    Kind.UNAVAILABLE: "The service is currently unavailable.",
    Kind.OVERLOADED: "The model is overloaded. Please try again later.",
}


class Error(Struct, frozen=True):
    """What went wrong; `details` are of the types of google.rpc (error_details.proto)."""

    code: int
    message: str
    status: str
    details: list[dict[str, object]] | UnsetType


class ErrorBody(Struct, frozen=True):
    """The whole body of an error response, and an event in a stream."""

    error: Error


def error(refusal: Refusal) -> bytes:
    """`{"error": {code, message, status, details}}`."""
    code = refusal.status(CODES)
    status = "UNAUTHENTICATED" if code == 401 else _STATUSES[refusal.kind]
    return msgspec.json.encode(ErrorBody(Error(code, _message(refusal), status, _details(refusal) or UNSET)))


def headers(refusal: Refusal) -> Mapping[str, str]:
    """What goes into the header: no delay in seconds, which is told in the body."""
    return {name: value for name, value in refusal.headers.items() if not (name == "retry-after" and value.isdecimal())}


def _message(refusal: Refusal) -> str:
    if refusal.window is not None:
        size, prompt, completion = refusal.window
        return f"The input token count ({prompt + completion}) exceeds the maximum number of tokens allowed ({size})."
    return _MESSAGES.get(refusal.kind, refusal.message)


def _details(refusal: Refusal) -> list[dict[str, object]]:
    match refusal.kind:
        case Kind.BAD_KEY:
            service = "generativelanguage.googleapis.com"
            reason = {"reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": {"service": service}}
            return [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", **reason}]
        case Kind.QUOTA:
            return [_violation("GenerateRequestsPerDayPerProjectPerModel-FreeTier")]
        case Kind.RATE_LIMIT:
            delay = refusal.headers.get("retry-after", "")
            retry: list[dict[str, object]] = [
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{delay}s"}
            ]
            quota = _violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier")
            return [quota, *(retry if delay.isdecimal() else [])]
        case _:
            return []


def _violation(quota: str) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]}
