import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers import errors
from backend.providers.errors import (
    MAX_REASON,
    AuthRejected,
    ConnectFailed,
    ConnectionLost,
    ContentFiltered,
    ContextTooLong,
    Endless,
    Malformed,
    ProviderError,
    RateLimited,
    Rejected,
    ServerFault,
    TargetRefused,
    TimedOut,
    Truncated,
    bounded,
)

FAMILY = [
    # error, status, code, same route, next route, may have run, admin's to repair
    (ConnectFailed(), 502, "provider_failed", True, True, False, False),
    (TargetRefused(), 502, "provider_failed", False, True, False, True),
    (ConnectionLost(), 502, "provider_failed", True, True, True, False),
    (RateLimited(retry_after=3), 503, "provider_failed", True, True, False, False),
    (ServerFault(), 502, "provider_failed", True, True, True, False),
    (AuthRejected(), 502, "provider_failed", False, True, False, True),
    (Rejected(), 502, "provider_failed", False, True, False, False),
    (Rejected("HTTP 404 no.", provider_status=404), 502, "provider_failed", False, True, False, False),
    (Rejected("HTTP 400 no.", provider_status=400), 400, "invalid_request", False, True, False, False),
    (Rejected("HTTP 413 no.", provider_status=413), 413, "too_large", False, True, False, False),
    (Rejected("HTTP 422 no.", provider_status=422), 400, "invalid_request", False, True, False, False),
    (ContextTooLong(), 400, "context_too_long", False, True, False, False),
    (ContentFiltered(), 422, "content_filtered", False, False, True, False),
    (TimedOut("connect"), 504, "provider_timeout", False, True, False, False),
    (TimedOut("first_byte"), 504, "provider_timeout", False, True, True, False),
    (TimedOut("inter_token"), 504, "provider_timeout", False, True, True, False),
    (Truncated(), 502, "provider_failed", True, True, True, False),
    (Malformed(), 502, "provider_failed", False, True, True, False),
    (Endless(), 502, "provider_failed", False, False, True, False),
]


@pytest.mark.parametrize(("error", "status", "code", "same", "other", "ran", "admin"), FAMILY, ids=lambda v: repr(v))
def test_an_error_says_what_its_catcher_may_do(error, status, code, same, other, ran, admin):
    assert (error.status, error.code) == (status, code)
    assert (error.retry_same_route, error.try_next_route) == (same, other)
    assert (error.may_have_run, error.configuration_fault) == (ran, admin)
    assert error.message == str(error)
    assert error.message.endswith((".", "…"))


def test_the_table_above_knows_the_whole_family():
    classes = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ProviderError)}
    assert classes - {ProviderError} == {type(row[0]) for row in FAMILY}


def test_only_refusals_of_the_request_itself_quote_the_provider():
    assert "bad stop sequence" in Rejected("bad stop sequence").message
    for kind in (ServerFault, AuthRejected, RateLimited, Malformed):
        error = kind("internal details of theirs")
        assert "details" not in error.message
        assert error.reason == "internal details of theirs"


def test_a_context_error_says_both_numbers():
    error = ContextTooLong("whatever", limit=8192, requested=12_000)
    assert "12,000" in error.message
    assert "8,192" in error.message
    assert error.details == {"limit": 8192, "requested": 12_000}
    assert ContextTooLong("whatever").details == {}


def test_redacting_reaches_the_reason_the_message_and_the_repr():
    error = Rejected("key sk-12345678 may not do this")
    error.redact("sk-12345678")
    assert "sk-12345678" not in f"{error.reason} {error.message} {error} {error!r} {error.body()}"
    assert "[redacted]" in error.message
    error.redact(None)
    error.redact("")


@given(st.text(alphabet="ab \n", max_size=2 * MAX_REASON))
def test_a_reason_is_short_and_on_one_line(text):
    short = bounded(text)
    assert len(short) <= MAX_REASON + 1
    assert "\n" not in short
    if len(text) <= MAX_REASON:
        assert short == " ".join(text.split())


@given(st.integers(0, 2 * MAX_REASON), st.sampled_from([" ", ""]))
def test_cutting_a_reason_never_leaves_half_a_key(position, gap):
    key = "sk-" + "0123456789" * 10
    error = ServerFault("x " * (position // 2) + gap + key + " " + "y" * MAX_REASON)
    error.redact(key)
    assert "sk-" not in error.reason


def test_a_reason_without_a_space_is_dropped_rather_than_cut():
    assert bounded("k" * 100_000) == "…"
