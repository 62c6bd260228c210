"""Error objects of the OpenAI dialect, told apart.

They come as the body of a response and, in a stream, as a frame of their own. Shapes met: OpenAI's
`{"error": {...}}`, Google's list of one, Mistral's bare object, Ollama's and FastAPI's plain strings.
"""

import re
from collections.abc import Mapping

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

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

_FILTER_CODES = {"content_filter", "content_policy_violation", "moderation_blocked"}
_BROKE_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_STATUS_OF_CODE = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "overloaded_error": 503,
}
_TOO_LONG = re.compile(
    r"context[ _-]?(length|window|size)|maximum context|prompt is too long|input token count|too large for model",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"api[ _-]?key[^.]{0,40}(not valid|invalid|expired|missing)|invalid[^.]{0,20}api[ _-]?key", re.IGNORECASE
)
_LIMIT = re.compile(
    r"(?:maximum|max|limit|context length|context window|context size)[^0-9]{0,60}([0-9][0-9,]{2,})"
    r"|([0-9][0-9,]{2,})(?: tokens)? (?:maximum|max)",
    re.IGNORECASE,
)
_REQUESTED = re.compile(
    r"(?:requested|resulted in|contains?|too long:|token count|messages? (?:has|have))[^0-9]{0,20}([0-9][0-9,]{2,})",
    re.IGNORECASE,
)


class _Metadata(Struct):
    reasons: list[str] | None = None
    raw: str | None = None


class _Error(Struct):
    message: str | list[str] | None = None
    detail: str | None = None
    code: str | int | None = None
    type: str | None = None
    metadata: _Metadata | None = None


class _Envelope(Struct):
    error: Raw | UnsetType = UNSET


_error = msgspec.json.Decoder(_Error, strict=False)
_plain = msgspec.json.Decoder(str)
_envelopes = msgspec.json.Decoder(list[_Envelope] | _Envelope)
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


def decode_error(status: int, headers: Mapping[str, str], body: bytes) -> ProviderError:
    """What a response other than a success means; never raises."""
    error = _read(body[:_MAX_BODY])
    return _tell(status, error, retry_after(headers))


def read_fault(error: bytes) -> ProviderError:
    """What an error object inside a stream or a successful response means; never raises."""
    read = _read_object(error)
    stated = read.code if isinstance(read.code, int) else _STATUS_OF_CODE.get(str(read.code or read.type), 500)
    return _tell(stated if 400 <= stated <= 599 else 500, read, None)


def words_of(page: bytes) -> str:
    """The text of a web page, more or less, such as proxies put before servers that are away."""
    return re.sub(r"<[^>]*>", " ", page[:_MAX_BODY].decode(errors="replace"))


def _tell(status: int, error: _Error, wait: int | None) -> ProviderError:
    reason = _words(error)
    codes = {str(error.code), str(error.type)}
    if codes & _FILTER_CODES or (status == 403 and error.metadata is not None and error.metadata.reasons):
        return ContentFiltered(reason)
    if status < 400:
        return Rejected(f"HTTP {status} {reason}", provider_status=status)
    if "context_length_exceeded" in codes or (status in (400, 413, 422) and _TOO_LONG.search(reason)):
        return ContextTooLong(reason, limit=_figure(_LIMIT, reason), requested=_figure(_REQUESTED, reason))
    if status in (401, 402, 403) or codes & _BROKE_CODES or (status == 400 and _BAD_KEY.search(reason)):
        return AuthRejected(f"HTTP {status} {reason}")
    if status == 429:
        return RateLimited(reason, retry_after=wait)
    if status >= 500 or status in (408, 409, 425, 498):  # 498: Groq is out of capacity
        return ServerFault(f"HTTP {status} {reason}", provider_status=status, retry_after=wait)
    return Rejected(f"HTTP {status} {reason}", provider_status=status)


def _read(body: bytes) -> _Error:
    try:
        read = _envelopes.decode(body)
    except _UNREADABLE:
        return _Error(message=words_of(body))
    envelope = read if isinstance(read, _Envelope) else (read[0] if read else _Envelope())
    return _read_object(body if envelope.error is UNSET else bytes(envelope.error))


def _read_object(raw: bytes) -> _Error:
    try:
        return _error.decode(raw)
    except _UNREADABLE:
        pass
    try:
        return _Error(message=_plain.decode(raw))
    except _UNREADABLE:
        return _Error(message=raw.decode(errors="replace"))


def _words(error: _Error) -> str:
    message = error.message or error.detail or ""
    said = message if isinstance(message, str) else "; ".join(message)
    inner = error.metadata.raw if error.metadata is not None else None
    reasons = error.metadata.reasons if error.metadata is not None else None
    parts = [said, inner or "", ", ".join(reasons or ())]
    return ": ".join(part for part in parts if part) or str(error.code or error.type or "")


def _figure(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    if found is None:
        return None
    digits = next(group for group in found.groups() if group).replace(",", "")
    return int(digits) if len(digits) < 12 else None
