import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.dialects.cohere_faults import decode_error, read_fault
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

MONTH = "You are using a Trial key, which is limited to 1000 API calls / month."
MINUTE = "You are using a Trial key, which is limited to 40 API calls / minute."
OUTPUT = "too many tokens: max tokens must be less than or equal to 4096, the maximum output - received 8192."


def body(message: str) -> bytes:
    return json.dumps({"id": "x", "message": message}).encode()


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (301, b"", Rejected),
        (400, body("invalid request: temperature must be between 0 and 1.0 inclusive."), Rejected),
        (400, body(OUTPUT), Rejected),
        (400, body("too many tokens: size limit exceeded by 3 tokens"), ContextTooLong),
        (400, body("blocked input: unsafe"), ContentFiltered),
        (400, body("invalid api token"), AuthRejected),
        (401, body("no api key supplied"), AuthRejected),
        (402, body("Please add a payment method"), AuthRejected),
        (403, body("forbidden"), AuthRejected),
        (404, body("model 'x' not found"), Rejected),
        (413, b"<html>too large</html>", Rejected),
        (422, body("unprocessable"), Rejected),
        (429, body(MINUTE), RateLimited),
        (429, body("You are past the per minute request limit, please wait and try again later."), RateLimited),
        (429, body(MONTH), AuthRejected),
        (498, body("invalid token"), AuthRejected),
        (499, body("request cancelled"), ServerFault),
        (500, body("internal server error"), ServerFault),
        (502, b"<html>Bad gateway</html>", ServerFault),
        (503, b"", ServerFault),
    ],
)
def test_errors_are_told_apart(status, content, kind):
    assert type(decode_error(status, {}, content)) is kind


@pytest.mark.parametrize(
    ("message", "limit", "requested"),
    [
        ("too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.", 4081, 4292),
        (
            "too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs. "
            "The limit for this model is 128000 tokens.",
            128_000,
            139_326,
        ),
        ("too many tokens: size limit exceeded by 3 tokens", None, None),
        ("too many tokens: ", None, None),
    ],
)
def test_a_context_that_is_too_long_says_the_numbers_it_was_told(message, limit, requested):
    error = decode_error(400, {}, body(message))
    assert isinstance(error, ContextTooLong)
    assert (error.limit, error.requested) == (limit, requested)


def test_the_wait_comes_from_the_headers():
    assert decode_error(429, {"retry-after": "7"}, body("slow")).retry_after == 7
    assert decode_error(503, {"retry-after": "9"}, b"").retry_after == 9
    assert decode_error(429, {}, b"").retry_after is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (body("their words"), "their words"),
        (b"<html><body><h1>their</h1> words</body></html>", "their words"),
        (b'{"message": 5}', '{"message": 5}'),
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
    assert isinstance(read_fault(content.decode(errors="replace")), ProviderError)
