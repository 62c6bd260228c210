import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.dialects.openai_faults import decode_error, read_fault
from backend.providers.errors import (
    MAX_REASON,
    AuthRejected,
    ContentFiltered,
    ContextTooLong,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
)

OPENAI_TOO_LONG = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 10000 tokens. "
    "Please reduce the length of the messages."
)


def body(message: str, **more: object) -> bytes:
    return msgspec.json.encode({"error": {"message": message, "type": "t", "param": None, **more}})


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (301, b"", Rejected),
        (400, body("stop must be short"), Rejected),
        (400, body("API key not valid. Please pass a valid API key."), AuthRejected),
        (400, body("blocked", code="content_filter"), ContentFiltered),
        (400, body("policy", code="content_policy_violation"), ContentFiltered),
        (401, body("Incorrect API key provided"), AuthRejected),
        (402, body("Insufficient credits"), AuthRejected),
        (403, body("no access to this model"), AuthRejected),
        (403, body("flagged", metadata={"reasons": ["violence"], "flagged_input": "..."}), ContentFiltered),
        (404, body("no such model", code="model_not_found"), Rejected),
        (408, b"", ServerFault),
        (413, body("Request too large for model on tokens per minute"), ContextTooLong),
        (413, b"<html>too large</html>", Rejected),
        (422, b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', Rejected),
        (429, body("slow down"), RateLimited),
        (429, body("You exceeded your current quota", code="insufficient_quota"), AuthRejected),
        (498, body("flex capacity exceeded"), ServerFault),
        (500, b"", ServerFault),
        (502, b"<html><head><title>Bad gateway</title></head></html>", ServerFault),
        (503, body("overloaded"), ServerFault),
        (529, body("overloaded"), ServerFault),
    ],
)
def test_a_status_and_body_become_one_kind_of_error(status, content, kind):
    error = decode_error(status, {}, content)
    assert type(error) is kind
    if isinstance(error, ServerFault):
        assert error.provider_status == status


@pytest.mark.parametrize(
    ("message", "limit", "requested"),
    [
        (OPENAI_TOO_LONG, 8192, 10000),
        (
            "This endpoint's maximum context length is 131072 tokens. However, you requested about 200000 tokens "
            "(199000 of text input, 1000 in the output).",
            131072,
            200000,
        ),
        ("prompt is too long: 210000 tokens > 200000 maximum", 200000, 210000),
        (
            "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
            1048576,
            1100000,
        ),
        (
            "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
            32768,
            40000,
        ),
        ("Please reduce the context length.", None, None),
    ],
)
def test_a_context_error_gives_the_numbers_it_names(message, limit, requested):
    error = decode_error(400, {}, body(message))
    assert isinstance(error, ContextTooLong)
    assert (error.limit, error.requested) == (limit, requested)


def test_the_wait_comes_from_the_headers():
    error = decode_error(429, {"retry-after": "7"}, body("slow down"))
    assert error.retry_after == 7
    assert decode_error(503, {"retry-after": "9"}, b"").retry_after == 9
    assert decode_error(429, {}, b"").retry_after is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (body("their words"), "their words"),
        (b'[{"error": {"code": 404, "message": "their words", "status": "NOT_FOUND"}}]', "their words"),
        (b'{"error": "their words"}', "their words"),
        (b'{"object": "error", "message": "their words", "type": "x", "code": "1"}', "their words"),
        (b'{"detail": "their words"}', "their words"),
        (b'{"error": {"message": "outer", "metadata": {"raw": "their words"}}}', "outer: their words"),
        (b"<html><body><h1>their</h1> words</body></html>", "their words"),
        (b'{"error": {"code": "their_code"}}', "their_code"),
        (b"", ""),
        (b"null", "null"),
        (b"[]", "[]"),
        (b'{"error": [1, 2]}', "[1, 2]"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_the_providers_own_words_are_found_in_every_shape(content, reason):
    assert decode_error(404, {}, content).reason == f"HTTP 404 {reason}".strip()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (b'{"message": "x", "code": 429}', RateLimited),
        (b'{"message": "x", "code": "rate_limit_exceeded"}', RateLimited),
        (b'{"message": "x", "type": "overloaded_error"}', ServerFault),
        (b'{"message": "x", "code": 502}', ServerFault),
        (b'{"message": "x", "code": "502"}', ServerFault),
        (b'{"message": "x", "code": 200}', ServerFault),
        (b'{"message": "x", "type": "invalid_request_error"}', Rejected),
        (b'{"message": "x", "code": "context_length_exceeded"}', ContextTooLong),
        (b'{"message": "x", "code": "content_filter"}', ContentFiltered),
        (b'{"message": "x", "code": "invalid_api_key"}', AuthRejected),
        (b'"plain words"', ServerFault),
        (b"17", ServerFault),
    ],
)
def test_an_error_object_in_a_stream_is_told_apart_like_a_response(error, kind):
    assert type(read_fault(error)) is kind


@given(st.integers(100, 999), st.binary(max_size=300), st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_no_error_response_can_break_the_reading(status, content, headers):
    error = decode_error(status, headers, content)
    assert isinstance(error, ProviderError)
    assert len(error.reason) <= MAX_REASON + 1
    assert isinstance(read_fault(content), ProviderError)


def test_a_deeply_nested_or_enormous_error_is_read_like_any_other():
    assert isinstance(decode_error(500, {}, b'{"error":' + b"[" * 100_000), ServerFault)
    assert isinstance(decode_error(500, {}, b"x" * 10_000_000), ServerFault)
