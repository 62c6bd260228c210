"""An endpoint's health as a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.providers.circuits import CircuitState
from backend.providers.score import QUIET, Figures, score

times = st.none() | st.floats(0, 100_000)
figures = st.integers(0, 1000).flatmap(
    lambda calls: st.builds(
        Figures,
        calls=st.just(calls),
        failed=st.integers(0, calls),
        first_token_p50=times,
        first_token_p95=times,
    )
)


@pytest.mark.parametrize(
    ("of", "state", "expected"),
    [
        (QUIET, CircuitState.CLOSED, 1.0),
        (QUIET, CircuitState.HALF_OPEN, 0.5),
        (QUIET, CircuitState.OPEN, 0.0),
        (Figures(calls=100, failed=25), CircuitState.CLOSED, 0.75),
        (Figures(calls=1, failed=1), CircuitState.CLOSED, 0.8),
        (Figures(calls=10, failed=10), CircuitState.CLOSED, 0.0),
        (Figures(calls=10, first_token_p50=900, first_token_p95=1900), CircuitState.CLOSED, 1.0),
        (Figures(calls=10, first_token_p50=3000, first_token_p95=6000), CircuitState.CLOSED, 0.9),
        (Figures(calls=10, first_token_p50=9000, first_token_p95=20_000), CircuitState.CLOSED, 0.8),
    ],
)
def test_what_counts(of: Figures, state: CircuitState, expected: float) -> None:
    assert score(of, state) == pytest.approx(expected)


@given(figures, st.sampled_from(CircuitState))
def test_it_lies_between_nothing_and_one(of: Figures, state: CircuitState) -> None:
    assert 0 <= score(of, state) <= 1


@given(figures, st.integers(1, 1000))
def test_another_failure_never_helps(of: Figures, more: int) -> None:
    worse = Figures(
        calls=of.calls + more,
        failed=of.failed + more,
        first_token_p50=of.first_token_p50,
        first_token_p95=of.first_token_p95,
    )
    assert score(worse, CircuitState.CLOSED) <= score(of, CircuitState.CLOSED)


def test_rates_of_nothing_are_nothing() -> None:
    assert (QUIET.error_rate, QUIET.fallback_rate) == (0, 0)
