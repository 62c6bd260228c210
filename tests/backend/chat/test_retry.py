"""Whether and when the same route is asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.retry import FIRST_PAUSE, LONGEST_PAUSE, OVERLOADED, pause_before_retry
from backend.providers.errors import (
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
)

PATIENCE = 30.0
NEVER, ONCE, TWICE = 0, 1, 2

TABLE: list[tuple[ProviderError, int]] = [
    (ConnectFailed(), ONCE),
    (ConnectionLost(), ONCE),
    (Truncated(), ONCE),
    (ServerFault(provider_status=500), ONCE),
    (ServerFault(provider_status=507), ONCE),
    *((ServerFault(provider_status=status), TWICE) for status in sorted(OVERLOADED)),
    (RateLimited(), TWICE),
    (TargetRefused(), NEVER),
    (AuthRejected(), NEVER),
    (Rejected(), NEVER),
    (ContextTooLong(), NEVER),
    (ContentFiltered(), NEVER),
    (Malformed(), NEVER),
    (Endless(), NEVER),
    *((TimedOut(stage), NEVER) for stage in ("connect", "first_byte", "first_token", "inter_token", "total")),
]
FAILURES = [failure for failure, _ in TABLE]
REPEATABLE = [failure for failure, again in TABLE if again]


def named(failure: ProviderError) -> str:
    status = getattr(failure, "provider_status", getattr(failure, "stage", ""))
    return f"{type(failure).__name__} {status}".strip()


@pytest.mark.parametrize(("failure", "again"), TABLE, ids=[named(failure) for failure in FAILURES])
def test_each_failure_is_worth_so_many_more_tries(failure: ProviderError, again: int) -> None:
    pauses = [pause_before_retry(failure, tries, PATIENCE) for tries in range(1, 5)]
    assert [pause is not None for pause in pauses] == [tries <= again for tries in range(1, 5)]


def wishing(seconds: int, status: int | None) -> ProviderError:
    """A failure whose provider says when to come back."""
    if status is None:
        return RateLimited(retry_after=seconds)
    return ServerFault(provider_status=status, retry_after=seconds)


@given(st.integers(0, 100), st.none() | st.sampled_from([500, 503]), st.integers(1, 4), st.floats(0, 100))
def test_a_provider_is_asked_neither_sooner_than_it_wishes_nor_later_than_there_is_patience_for(
    seconds: int, status: int | None, tries: int, patience: float
) -> None:
    pause = pause_before_retry(wishing(seconds, status), tries, patience)
    if pause is None:
        assert seconds > patience or tries >= (2 if status == 500 else 3)
    else:
        assert seconds <= pause <= patience


@given(st.sampled_from(FAILURES), st.integers(1, 40), st.floats(-10, 10))
def test_no_pause_is_longer_than_the_bounds_or_the_patience(
    failure: ProviderError, tries: int, patience: float
) -> None:
    pause = pause_before_retry(failure, tries, patience)
    if pause is not None:
        assert 0 <= pause <= min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries, patience)


@pytest.mark.parametrize("failure", REPEATABLE, ids=named)
def test_without_patience_another_route_is_asked(failure: ProviderError) -> None:
    assert pause_before_retry(failure, 1, -0.001) is None


def test_pauses_are_spread_over_the_whole_span_and_grow() -> None:
    """So that those who failed together do not come back together."""
    first, second = ([pause_before_retry(RateLimited(), tries, PATIENCE) or 0 for _ in range(400)] for tries in (1, 2))
    for pauses, span in ((first, 2 * FIRST_PAUSE), (second, 4 * FIRST_PAUSE)):
        assert min(pauses) < 0.1 * span
        assert 0.9 * span < max(pauses) <= span
        assert len(set(pauses)) > 300
