"""Which routes are quick enough to be waited for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Endpoint
from backend.chat.briskness import ENOUGH, QUICK_SECONDS, Briskness
from backend.columns import new_id
from tests.fixtures.orders import route
from tests.fixtures.snapshots import model, provider

TWO = provider(endpoints=(Endpoint(new_id(), "https://near"), Endpoint(new_id(), "https://far")))
NEAR, FAR = route(model(provider=TWO)), route(model(provider=TWO), endpoint=1)
SLOW = QUICK_SECONDS


def experience(*seconds: float | None) -> Briskness:
    """That of answers of the near route; None is a failure."""
    made = Briskness()
    for taken in seconds:
        if taken is None:
            made.failed(NEAR)
        else:
            made.answered(NEAR, taken)
    return made


def test_nothing_is_quick_until_it_has_shown_it() -> None:
    assert NEAR not in experience()
    assert NEAR not in experience(*[0.1] * (ENOUGH - 1))
    assert NEAR in experience(*[0.1] * ENOUGH)


@pytest.mark.parametrize("setback", [None, SLOW, 60.0])
def test_one_setback_takes_the_trust_away_until_it_is_earned_again(setback: float | None) -> None:
    assert NEAR not in experience(*[0.1] * 100, setback)
    assert NEAR not in experience(*[0.1] * 100, setback, *[0.1] * (ENOUGH - 1))
    assert NEAR in experience(*[0.1] * 100, setback, *[0.1] * ENOUGH)


def test_each_model_and_each_endpoint_is_for_itself() -> None:
    quick = experience(*[0.1] * ENOUGH)
    assert FAR not in quick
    assert route(model("other", provider=TWO)) not in quick
    quick.failed(FAR)
    assert NEAR in quick


def test_a_route_decided_anew_is_the_same_one() -> None:
    assert route(model(provider=TWO)) in experience(*[0.1] * ENOUGH)


@given(st.lists(st.none() | st.floats(0, 10)))
def test_only_the_last_answers_count(seconds: list[float | None]) -> None:
    last = seconds[-ENOUGH:]
    quick = len(last) == ENOUGH and all(taken is not None and taken < QUICK_SECONDS for taken in last)
    assert (NEAR in experience(*seconds)) is quick
