"""Scores that fade."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from backend.abuse.score import check_rules, costly_from, fades_in, left
from backend.errors import InvalidRequest
from shared.abuse import AbuseRules
from shared.plans import PlanLimits

scores = st.floats(0, 1e6, allow_subnormal=False)
seconds = st.floats(0, 1e9)
half_lives = st.floats(60, 2_592_000)


@given(scores, seconds, half_lives)
def test_a_score_never_grows_by_itself_and_is_never_below_zero(score: float, passed: float, half_life: float) -> None:
    assert 0 <= left(score, passed, half_life) <= score


@given(scores, half_lives)
def test_half_of_it_is_gone_after_a_half_life(score: float, half_life: float) -> None:
    assert left(score, half_life, half_life) == pytest.approx(score / 2)


@given(scores, st.floats(0, 1e6), st.floats(0, 1e6), half_lives)
def test_it_is_the_same_however_often_one_looks(score: float, first: float, more: float, half_life: float) -> None:
    assert left(left(score, first, half_life), more, half_life) == pytest.approx(
        left(score, first + more, half_life), abs=1e-9
    )


@given(scores, scores, seconds, half_lives)
def test_what_two_events_add_fades_apart_as_it_does_together(a: float, b: float, passed: float, half: float) -> None:
    assert left(a, passed, half) + left(b, passed, half) == pytest.approx(left(a + b, passed, half))


@given(scores, st.floats(-1e9, 0), half_lives)
def test_a_clock_that_goes_back_lets_nothing_grow(score: float, passed: float, half_life: float) -> None:
    assert left(score, passed, half_life) == score


@given(st.floats(0.1, 1e6), st.floats(0.1, 1e5), half_lives)
def test_it_is_down_to_a_threshold_when_it_was_said_to_be(score: float, threshold: float, half_life: float) -> None:
    wait = fades_in(score, half_life, threshold)
    assert wait >= 0
    assert left(score, wait, half_life) == pytest.approx(min(score, threshold))


@pytest.mark.parametrize(
    ("monthly", "per_day", "share", "threshold"),
    [
        ("1000", None, 0.5, Decimal(1000) / 30 * Decimal("0.5")),
        ("1000", "100", 0.5, Decimal(50)),
        ("1000", "0", 0.5, None),
        ("0", None, 0.5, None),
        ("300", None, 2.0, Decimal(20)),
    ],
)
def test_a_request_is_costly_from_a_share_of_what_the_plan_has_for_a_day(
    monthly: str, per_day: str | None, share: float, threshold: Decimal | None
) -> None:
    limits = PlanLimits(credits_per_day=None if per_day is None else Decimal(per_day))
    assert costly_from(AbuseRules(costly_share=share), Decimal(monthly), limits) == threshold


@pytest.mark.parametrize("rules", [AbuseRules(enabled=False), AbuseRules(costly_points=0)])
def test_nothing_is_costly_where_it_counts_for_nothing(rules: AbuseRules) -> None:
    assert costly_from(rules, Decimal(1000), PlanLimits()) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"slow_from": 60.0},
        {"alert_from": 54.0},
        {"pause_seconds": 90_000},
    ],
)
def test_steps_out_of_order_are_refused(changes: dict[str, float]) -> None:
    check_rules(AbuseRules())
    with pytest.raises(InvalidRequest):
        check_rules(structs.replace(AbuseRules(), **changes))
