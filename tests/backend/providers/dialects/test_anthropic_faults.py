import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.dialects.anthropic_faults import decode_error, read_fault
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


def body(type: str, message: str, **more: object) -> bytes:
    error = {"type": type, "message": message, **more}
    return json.dumps({"type": "error", "error": error, "request_id": "req_1"}).encode()


BAD = "invalid_request_error"
BROKE = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade."
SPENT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
LIMITED = "This request would exceed your organization's rate limit of 50,000 input tokens per minute"


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (307, b"", Rejected),
        (400, body(BAD, "messages: at least one message is required"), Rejected),
        (400, body(BAD, BROKE), AuthRejected),
        (400, body(BAD, SPENT), AuthRejected),
        (400, body(BAD, "on hold", details={"error_code": "organization_on_hold"}), AuthRejected),
        (400, body(BAD, "Output blocked by content filtering policy"), ContentFiltered),
        (400, body(BAD, "prompt is too long: 208310 tokens > 200000 maximum"), ContextTooLong),
        (401, body("authentication_error", "invalid x-api-key"), AuthRejected),
        (402, body("billing_error", "pay"), AuthRejected),
        (403, body("permission_error", "no"), AuthRejected),
        (404, body("not_found_error", "model: claude-9"), Rejected),
        (409, body("conflict_error", "busy"), ServerFault),
        (413, body("request_too_large", "Request exceeds the maximum size"), Rejected),
        (413, b"<html>too large</html>", Rejected),
        (429, body("rate_limit_error", LIMITED), RateLimited),
        (429, body("rate_limit_error", "x", details={"error_code": "enforced_spend_limit_reached"}), AuthRejected),
        (429, body("rate_limit_error", "x", details={"error_code": "ramp_limit_exceeded"}), RateLimited),
        (500, body("api_error", "Internal server error"), ServerFault),
        (502, b"<html>Bad gateway</html>", ServerFault),
        (504, body("timeout_error", "x"), ServerFault),
        (529, body("overloaded_error", "Overloaded"), ServerFault),
    ],
)
def test_errors_are_told_apart(status, content, kind):
    error = decode_error(status, {}, content)
    assert type(error) is kind
    if isinstance(error, ServerFault):
        assert error.provider_status == status


@pytest.mark.parametrize(
    ("message", "limit", "requested"),
    [
        ("prompt is too long: 208310 tokens > 200000 maximum", 200_000, 208_310),
        ("prompt is too long", None, None),
        (
            "input length and `max_tokens` exceed context limit: 178959 + 64000 > 200000, decrease input length or "
            "`max_tokens` and try again",
            200_000,
            242_959,
        ),
        (f"prompt is too long: {'9' * 40} tokens > 200000 maximum", 200_000, None),
    ],
)
def test_a_context_that_is_too_long_says_the_numbers_it_was_told(message, limit, requested):
    error = decode_error(400, {}, body(BAD, message))
    assert isinstance(error, ContextTooLong)
    assert (error.limit, error.requested) == (limit, requested)


@pytest.mark.parametrize("status", [429, 503, 529])
def test_the_wait_comes_from_the_headers(status):
    assert decode_error(status, {"retry-after": "7"}, body("overloaded_error", "x")).retry_after == 7
    assert decode_error(status, {}, b"").retry_after is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (body(BAD, "their words"), "their words"),
        (body("their_type", ""), "their_type"),
        (b"<html><body><h1>their</h1> words</body></html>", "their words"),
        (b'{"error": [1]}', '{"error": [1]}'),
        (b"\xff", "\ufffd"),
        (b"", ""),
    ],
)
def test_the_providers_own_words_are_kept(content, reason):
    assert decode_error(404, {}, content).reason == f"HTTP 404 {reason}".strip()


@given(st.integers(100, 999), st.binary(max_size=300), st.dictionaries(st.text(max_size=20), st.text(max_size=20)))
def test_no_error_response_can_break_the_reading(status, content, headers):
    error = decode_error(status, headers, content)
    assert isinstance(error, ProviderError)
    assert len(error.reason) <= MAX_REASON + 1
    assert isinstance(read_fault(content), ProviderError)


def test_an_enormous_error_is_read_like_any_other():
    assert isinstance(decode_error(500, {}, b'{"error":' + b"[" * 100_000), ServerFault)
    assert isinstance(decode_error(400, {}, b"prompt is too long" + b"9" * 10_000_000), ContextTooLong)
