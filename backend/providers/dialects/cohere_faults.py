"""Errors of the Cohere API, told apart by status and words: `{"message", "id"}` has no codes.

Source: docs.cohere.com/reference/errors, and the error classes of the `cohere` package (498: the key is unknown).
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

_TOO_LONG = re.compile(
    r"too many tokens: (?!max tokens must)(?:[^.]*cannot exceed (?P<limit>\d+)(?: - received (?P<requested>\d+))?"
    r"|size limit exceeded by (?P<beyond>\d+) tokens)?",
    re.IGNORECASE,
)
_LIMIT = re.compile(r"limit for this model is (\d+)", re.IGNORECASE)
_FILTERED = re.compile(
    r"\bblocked (?:because|input|output|prompt)|content (?:filter|policy|moderation)|usage guidelines", re.IGNORECASE
)
_BROKE = re.compile(r"limited to \d+ api calls? / month|billing|production key|payment", re.IGNORECASE)
_BAD_KEY = re.compile(r"invalid api (?:token|key)|no api key", re.IGNORECASE)


class _Error(Struct):
    message: str = ""


_error = msgspec.json.Decoder(_Error)


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """What a response other than a success means; never raises."""
    body = body[:_MAX_BODY]
    try:
        reason = _error.decode(body).message
    except UNREADABLE:
        reason = words_of(body)
    return _tell(status, reason, retry_after(headers))


def read_fault(message: str) -> ProviderError:
    """What the words of an error within a stream mean; never raises."""
    if _TOO_LONG.search(message) or _FILTERED.search(message):
        return _tell(400, message, None)
    return ServerFault(message)


def _tell(status: int, reason: str, wait: int | None) -> ProviderError:
    if status < 400:
        return Rejected(f"HTTP {status} {reason}", provider_status=status)
    if status in (400, 413, 422, 498):
        if found := _TOO_LONG.search(reason):
            return _too_long(reason, found)
        if _FILTERED.search(reason):
            return ContentFiltered(reason)
    if status in (401, 402, 403, 498) or (status == 400 and _BAD_KEY.search(reason)):
        return AuthRejected(f"HTTP {status} {reason}")
    if status == 429:
        return AuthRejected(f"HTTP 429 {reason}") if _BROKE.search(reason) else RateLimited(reason, retry_after=wait)
    if status >= 499 or status in (408, 409):
        return ServerFault(f"HTTP {status} {reason}", provider_status=status, retry_after=wait)
    return Rejected(f"HTTP {status} {reason}", provider_status=status)


def _too_long(reason: str, found: re.Match[str]) -> ContextTooLong:
    stated = _LIMIT.search(reason)
    limit = _figure(found["limit"] or (stated[1] if stated is not None else None))
    beyond = _figure(found["beyond"])
    requested = limit + beyond if limit is not None and beyond is not None else _figure(found["requested"])
    return ContextTooLong(reason, limit=limit, requested=requested)


def _figure(digits: str | None) -> int | None:
    return int(digits) if digits is not None and len(digits) < 12 else None
