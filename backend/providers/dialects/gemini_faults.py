"""Error objects of the Gemini API, told apart.

`{"error": {"code", "message", "status", "details"}}`, as the body of a response (sometimes in a list of one) and within
a stream. Sources: ai.google.dev/gemini-api/docs/troubleshooting, google.rpc.RetryInfo and google.rpc.ErrorInfo of
cloud.google.com/apis/design/errors.
"""

import math
import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from backend.providers.dialects.frames import UNREADABLE
from backend.providers.dialects.openai_faults import words_of
from backend.providers.errors import (
    AuthRejected,
    ContextTooLong,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
)
from backend.providers.retry_after import LONGEST, retry_after

_MAX_BODY = 64 * 1024

_STATUS_OF_NAME = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
_OUR_ACCOUNT = {"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "BILLING_DISABLED", "CONSUMER_SUSPENDED"}
_BAD_KEY = re.compile(r"api key (?:not valid|not found|expired|is invalid)", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"input token count\s*(?:\(?(?P<requested>\d+)\)? )?exceeds the maximum number of tokens allowed"
    r"\s*(?:\(?(?P<limit>\d+)\)?)?",
    re.IGNORECASE,
)
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


class _Detail(Struct, rename="camel"):
    reason: str | None = None
    retry_delay: str | None = None


class _Error(Struct):
    code: int | None = None
    message: str = ""
    status: str | None = None
    details: list[_Detail] = []


class _Envelope(Struct):
    error: _Error


_envelopes = msgspec.json.Decoder(list[_Envelope] | _Envelope, strict=False)
_error = msgspec.json.Decoder(_Error, strict=False)


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """What a response other than a success means; never raises."""
    body = body[:_MAX_BODY]
    try:
        read = _envelopes.decode(body)
        error = read.error if isinstance(read, _Envelope) else read[0].error
    except (*UNREADABLE, IndexError):
        error = _Error(message=words_of(body))
    return _tell(status, error, retry_after(headers))


def read_fault(error: bytes) -> ProviderError:
    """What an error object inside a stream or a successful response means; never raises."""
    try:
        read = _error.decode(error)
    except UNREADABLE:
        read = _Error(message=error[:_MAX_BODY].decode(errors="replace"))
    stated = read.code or _STATUS_OF_NAME.get(read.status or "", 500)
    return _tell(stated if 400 <= stated <= 599 else 500, read, None)


def _tell(status: int, error: _Error, wait: int | None) -> ProviderError:
    reason = error.message or error.status or ""
    causes = {detail.reason for detail in error.details}
    if status < 400:
        return Rejected(f"HTTP {status} {reason}", provider_status=status)
    if status in (400, 413) and (found := _TOO_LONG.search(reason)):
        return ContextTooLong(reason, limit=_figure(found["limit"]), requested=_figure(found["requested"]))
    if status == 429:
        return RateLimited(reason, retry_after=_delay(error) if wait is None else wait)
    if (
        status in (401, 402, 403)
        or error.status == "FAILED_PRECONDITION"  # no free tier where the key is, or no billing
        or causes & _OUR_ACCOUNT
        or (status == 400 and _BAD_KEY.search(reason))
    ):
        return AuthRejected(f"HTTP {status} {reason}")
    if status >= 500 or status in (408, 409, 499):
        return ServerFault(f"HTTP {status} {reason}", provider_status=status, retry_after=wait or _delay(error))
    return Rejected(f"HTTP {status} {reason}", provider_status=status)


def _delay(error: _Error) -> int | None:
    """Whole seconds, rounded up, of a RetryInfo's `retryDelay`."""
    stated = next((detail.retry_delay for detail in error.details if detail.retry_delay is not None), None)
    found = _DURATION.fullmatch(stated) if stated is not None else None
    return min(math.ceil(float(found[1])), LONGEST) if found is not None else None


def _figure(digits: str | None) -> int | None:
    return int(digits) if digits is not None and len(digits) < 12 else None
