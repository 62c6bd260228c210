import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.dialects.gemini_faults import decode_error, read_fault
from backend.providers.errors import (
    MAX_REASON,
    AuthRejected,
    ContextTooLong,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
)

RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17.4s"}
BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
QUOTA = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}],
}


def body(message: str, status: str | None = None, *details: object) -> bytes:
    return json.dumps({"error": {"code": 1, "message": message, "status": status, "details": list(details)}}).encode()


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (302, b"", Rejected),
        (400, body("Invalid JSON payload", "INVALID_ARGUMENT"), Rejected),
        (400, body("API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT", BAD_KEY), AuthRejected),
        (400, body("API key expired. Please renew the API key.", "INVALID_ARGUMENT"), AuthRejected),
        (400, body("User location is not supported for the API use.", "FAILED_PRECONDITION"), AuthRejected),
        (400, body("The input token count (9) exceeds the maximum number of tokens allowed (8)."), ContextTooLong),
        (401, body("no"), AuthRejected),
        (402, body("prepaid credits are used up"), AuthRejected),
        (403, body("denied", "PERMISSION_DENIED"), AuthRejected),
        (404, body("models/x is not found", "NOT_FOUND"), Rejected),
        (413, b"<html>too large</html>", Rejected),
        (429, body("You exceeded your current quota", "RESOURCE_EXHAUSTED", QUOTA, RETRY), RateLimited),
        (499, body("cancelled", "CANCELLED"), ServerFault),
        (500, body("internal", "INTERNAL"), ServerFault),
        (502, b"<html>Bad gateway</html>", ServerFault),
        (503, body("The model is overloaded.", "UNAVAILABLE"), ServerFault),
        (504, body("late", "DEADLINE_EXCEEDED"), ServerFault),
    ],
)
def test_errors_are_told_apart(status, content, kind):
    assert type(decode_error(status, {}, content)) is kind
    in_a_list = b"[" + content + b"]" if content.startswith(b"{") else content
    assert type(decode_error(status, {}, in_a_list)) is kind


@pytest.mark.parametrize(
    ("message", "limit", "requested"),
    [
        (
            "The input token count (1091639) exceeds the maximum number of tokens allowed (1048576).",
            1_048_576,
            1_091_639,
        ),
        ("The input token count exceeds the maximum number of tokens allowed 1048576.", 1_048_576, None),
        ("The input token count exceeds the maximum number of tokens allowed", None, None),
    ],
)
def test_a_context_that_is_too_long_says_the_numbers_it_was_told(message, limit, requested):
    error = decode_error(400, {}, body(message, "INVALID_ARGUMENT"))
    assert isinstance(error, ContextTooLong)
    assert (error.limit, error.requested) == (limit, requested)


@pytest.mark.parametrize(
    ("headers", "details", "wait"),
    [
        ({}, [RETRY], 18),
        ({}, [QUOTA], None),
        ({"retry-after": "3"}, [RETRY], 3),
        ({}, [{"retryDelay": "soon"}], None),
        ({}, [{"retryDelay": "999999999s"}], 86_400),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_comes_from_the_headers_or_the_details(status, headers, details, wait):
    assert decode_error(status, headers, body("slow", None, *details)).retry_after == wait


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (body("their words"), "their words"),
        (body("", "NOT_FOUND"), "NOT_FOUND"),
        (b"<html><body><h1>their</h1> words</body></html>", "their words"),
        (b"[]", "[]"),
        (b'{"error": "words"}', '{"error": "words"}'),
        (b"", ""),
    ],
)
def test_the_providers_own_words_are_kept(content, reason):
    assert decode_error(404, {}, content).reason == f"HTTP 404 {reason}".strip()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429, "message": "x"}, RateLimited),
        ({"status": "RESOURCE_EXHAUSTED", "message": "x"}, RateLimited),
        ({"status": "UNAVAILABLE", "message": "x"}, ServerFault),
        ({"code": 400, "message": "x"}, Rejected),
        ({"code": 200, "message": "x"}, ServerFault),
        ({"message": "x"}, ServerFault),
        ("words", ServerFault),
    ],
)
def test_an_error_in_a_stream_is_told_apart_like_a_response(error, kind):
    assert type(read_fault(json.dumps(error).encode())) is kind


@given(st.integers(100, 999), st.binary(max_size=300), st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_no_error_response_can_break_the_reading(status, content, headers):
    error = decode_error(status, headers, content)
    assert isinstance(error, ProviderError)
    assert len(error.reason) <= MAX_REASON + 1
    assert isinstance(read_fault(content), ProviderError)
