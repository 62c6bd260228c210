"""What an answer costs the person who asked."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.chat.charge import charge, credits_so_far
from backend.chat.order import Order, Route
from backend.metering.display_cost import display_rate, tariff
from backend.metering.pricing import raw_cost
from backend.precheck.tokens import estimate_tokens
from backend.providers.calls import Target, TokenUsage
from shared.chat import ChatParams, OnDisconnect
from shared.precheck import Category, Complexity, Estimate, Precheck, Risk
from tests.fixtures.snapshots import assistant, catalogue, model, price

PRICE = price("10", "20")
RATE = display_rate(catalogue(), plan="starter", model="m", family="general", credits_per_dollar=Decimal(100))
ROUTE = Route(
    model=model(price=PRICE),
    price=PRICE,
    target=Target(provider="acme", dialect="openai", base_url="https://acme.example"),
    rate=RATE,
    tariff=tariff(PRICE, RATE, 1000),
)


def order(held: Decimal | int = 100, **different: Any) -> Order:
    facts: dict[str, Any] = {
        "request_id": UUID(int=1),
        "organisation_id": UUID(int=2),
        "user_id": UUID(int=3),
        "conversation_id": None,
        "message_id": None,
        "assistant": assistant(),
        "routes": (ROUTE,),
        "turns": (),
        "params": ChatParams(),
        "prompt_tokens": 1000,
        "max_tokens": 500,
        "held": Decimal(held),
        "balance": Decimal(0),
        "windows": [],
        "precheck": Precheck(
            id=UUID(int=4),
            category=Category.CHAT,
            categories=[],
            complexity=Complexity.SIMPLE,
            risk=Risk(),
            language=None,
            recommended_assistant=None,
            confidence=1.0,
            estimate=Estimate(prompt_tokens=1, credits_low=Decimal(0), credits_high=Decimal(1)),
            affordable=True,
            signals=[],
        ),
        "reasons": (),
        "notices": (),
        "streamed": True,
        "on_disconnect": OnDisconnect.CONTINUE,
        "strategy": "balanced",
        "keep_result": False,
        "metadata": {},
        "began": 0.0,
    }
    return Order(**facts | different)


def test_an_empty_answer_costs_nothing_whatever_the_provider_reports() -> None:
    assert charge(order(), ROUTE, "", TokenUsage(input=1000, reasoning=5000)) is None


def test_what_the_provider_reports_is_what_counts() -> None:
    owed = charge(order(), ROUTE, "text", TokenUsage(input=1000, output=100))
    assert owed is not None
    assert (owed.raw.total, owed.display_cost, owed.charged) == (Decimal("0.012"), Decimal("1.2"), Decimal("1.2"))
    assert not owed.estimated


def test_without_a_report_tokens_are_estimated_and_the_record_says_so() -> None:
    text = "A bowline makes a loop that does not slip. " * 20
    owed = charge(order(), ROUTE, text, None)
    assert owed is not None
    assert owed.estimated
    assert (owed.usage.input, owed.usage.output) == (1000, estimate_tokens(text))


def test_no_more_than_was_held_is_charged() -> None:
    owed = charge(order(held=1), ROUTE, "text", TokenUsage(input=1000, output=100))
    assert owed is not None
    assert (owed.display_cost, owed.charged) == (Decimal("1.2"), 1)


@given(
    st.builds(TokenUsage, input=st.integers(0, 10**7), output=st.integers(0, 10**7), reasoning=st.integers(0, 10**6)),
    st.decimals(0, 10_000, places=6),
)
def test_the_charge_is_the_display_cost_within_the_hold(usage: TokenUsage, held: Decimal) -> None:
    owed = charge(order(held=held), ROUTE, "x", usage)
    assert owed is not None
    assert owed.display_cost == RATE.credits(raw_cost(usage, PRICE).total)
    assert owed.charged == min(owed.display_cost, held)


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (4, 1), (4000, 1000)])
def test_the_live_figure_grows_with_the_text_and_stays_within_the_hold(characters: int, tokens: int) -> None:
    found, credits = credits_so_far(order(held=2), ROUTE, characters)
    assert found == tokens
    assert credits == min(Decimal(1) + Decimal("0.002") * tokens, Decimal(2))
