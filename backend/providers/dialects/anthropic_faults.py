"""Error objects of the Messages API, told apart.

They come as the body of a response and, in a stream, as an event of their own:
`{"type": "error", "error": {"type", "message", "details"}, "request_id"}`. Sources: docs.anthropic.com/en/api/errors;
the causes in `details.error_code` are those of the `anthropic` package (types/shared). Proxies before the API answer
with web pages.
"""

import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from backend.providers.dialects.frames import UNREADABLE
from backend.providers.dialects.openai_faults import words_of
from backend.providers.errors import (
    AuthRejected,
    ContentFiltered,
    ContextTooLong,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
)
from backend.providers.retry_after import retry_after

_MAX_BODY = 64 * 1024

_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_OUR_ACCOUNT = {
    "cmek_key_disabled",
    "cmek_key_network_blocked",
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_billing_unavailable",
    "linked_organization_spend_limit_reached",
    "organization_on_hold",
    "organization_type_not_supported",
    "parent_organization_required",
}
_BROKE = re.compile(r"credit balance is too low|usage limits?\b.*regain access|spend(ing)? limit", re.IGNORECASE)
_FILTERED = re.compile(r"content filtering policy|blocked by .{0,30}filter", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"prompt is too long(?::\s*(?P<requested>\d+) tokens? > (?P<limit>\d+))?"
    r"|exceeds? (?:the )?context (?:limit|window)(?::\s*(?P<read>\d+) \+ (?P<write>\d+) > (?P<both>\d+))?",
    re.IGNORECASE,
)


class _Details(Struct):
    error_code: str | None = None


class _Error(Struct):
    type: str = ""
    message: str = ""
    details: _Details | None = None


class _Envelope(Struct):
    error: _Error


_envelope = msgspec.json.Decoder(_Envelope)
_error = msgspec.json.Decoder(_Error)


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """What a response other than a success means; never raises."""
    body = body[:_MAX_BODY]
    try:
        error = _envelope.decode(body).error
    except UNREADABLE:
        error = _Error(message=words_of(body))
    return _tell(status, error, retry_after(headers))


def read_fault(error: bytes) -> ProviderError:
    """What an error object inside a stream or a successful response means; never raises."""
    try:
        read = _error.decode(error)
    except UNREADABLE:
        read = _Error(message=error[:_MAX_BODY].decode(errors="replace"))
    return _tell(_STATUS_OF_TYPE.get(read.type, 500), read, None)


def _tell(status: int, error: _Error, wait: int | None) -> ProviderError:
    reason = error.message or error.type
    cause = error.details.error_code if error.details is not None else None
    if status < 400:
        return Rejected(f"HTTP {status} {reason}", provider_status=status)
    if status == 400 and _FILTERED.search(reason):
        return ContentFiltered(reason)
    if status in (400, 413) and (found := _TOO_LONG.search(reason)):
        return ContextTooLong(reason, **_numbers(found))
    if cause in _OUR_ACCOUNT or status in (401, 402, 403) or (status in (400, 429) and _BROKE.search(reason)):
        return AuthRejected(f"HTTP {status} {reason}")
    if status == 429:
        return RateLimited(reason, retry_after=wait)
    if status >= 500 or status in (408, 409):
        return ServerFault(f"HTTP {status} {reason}", provider_status=status, retry_after=wait)
    return Rejected(f"HTTP {status} {reason}", provider_status=status)


def _numbers(found: re.Match[str]) -> dict[str, int]:
    """The tokens asked for and the most there may be, where the words name them."""
    told = {name: int(digits) for name, digits in found.groupdict().items() if digits and len(digits) < 12}
    if "read" in told and "write" in told and "both" in told:
        return {"requested": told["read"] + told["write"], "limit": told["both"]}
    return {name: told[name] for name in ("requested", "limit") if name in told}
