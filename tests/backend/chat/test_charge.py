"""What an answer costs the person who asked."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.attempt import Attempt
from backend.chat.charge import charge, credits_so_far
from backend.chat.rescue import Way
from backend.metering.pricing import raw_cost
from backend.precheck.tokens.estimate import estimate_tokens
from backend.providers.calls import TokenUsage
from tests.fixtures.orders import order, route
from tests.fixtures.snapshots import model, price

PRICE = price("10", "20")
ROUTE = route(model(price=PRICE))
CHEAP = route(model("cheap", price=price("1", "2")))
TEXT = "A bowline makes a loop that does not slip. " * 20


def attempt(usage: TokenUsage | None = None, **different: Any) -> Attempt:
    """The attempt that answered."""
    facts: dict[str, Any] = {
        "number": 1,
        "route": ROUTE,
        "way": Way.FRESH,
        "began": 0.0,
        "max_tokens": 500,
        "written": ["text"],
        "usage": usage,
    }
    return Attempt(**facts | different)


def test_an_empty_answer_costs_nothing_whatever_the_provider_reports() -> None:
    thought = attempt(TokenUsage(input=1000, reasoning=5000), written=[])
    assert charge(order(ROUTE), thought, "") is None


def test_what_the_provider_reports_is_what_counts() -> None:
    owed = charge(order(ROUTE), attempt(TokenUsage(input=1000, output=100)), "text")
    assert owed is not None
    assert (owed.raw.total, owed.display_cost, owed.charged) == (Decimal("0.012"), Decimal("1.2"), Decimal("1.2"))
    assert not owed.estimated


def test_without_a_report_tokens_are_estimated_and_the_record_says_so() -> None:
    owed = charge(order(ROUTE), attempt(written=[TEXT[:100], TEXT[100:]]), TEXT)
    assert owed is not None
    assert owed.estimated
    assert (owed.usage.input, owed.usage.output) == (1000, estimate_tokens(TEXT))


def test_an_answer_that_was_saved_costs_what_its_last_attempt_read_and_wrote() -> None:
    """What it was given to go on from was read, not written; who wrote that is not paid for it."""
    added = "And it unties easily. " * 5
    owed = charge(order(ROUTE), attempt(way=Way.CONTINUE, carried=TEXT, written=[added]), TEXT + added)
    assert owed is not None
    assert owed.usage == TokenUsage(input=1000 + estimate_tokens(TEXT), output=estimate_tokens(added))


def test_the_price_is_that_of_the_route_that_answered() -> None:
    usage = TokenUsage(input=1000, output=100)
    owed = charge(order(ROUTE, CHEAP), attempt(usage, route=CHEAP), "text")
    assert owed is not None
    assert owed.raw.total == raw_cost(usage, CHEAP.price).total


def test_no_more_than_was_held_is_charged() -> None:
    owed = charge(order(ROUTE, held=Decimal(1)), attempt(TokenUsage(input=1000, output=100)), "text")
    assert owed is not None
    assert (owed.display_cost, owed.charged) == (Decimal("1.2"), Decimal(1))


@given(
    st.builds(TokenUsage, input=st.integers(0, 10**7), output=st.integers(0, 10**7), reasoning=st.integers(0, 10**6)),
    st.decimals(0, 10_000, places=6),
)
def test_the_charge_is_the_display_cost_within_the_hold(usage: TokenUsage, held: Decimal) -> None:
    owed = charge(order(ROUTE, held=held), attempt(usage), "x")
    assert owed is not None
    assert owed.display_cost == ROUTE.rate.credits(raw_cost(usage, PRICE).total)
    assert owed.charged == min(owed.display_cost, held)


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (4, 1), (4000, 1000)])
def test_the_live_figure_grows_with_the_text_and_stays_within_the_hold(characters: int, tokens: int) -> None:
    found, credits = credits_so_far(order(ROUTE, held=Decimal(2)), ROUTE, characters)
    assert found == tokens
    assert credits == min(Decimal(1) + Decimal("0.002") * tokens, Decimal(2))
