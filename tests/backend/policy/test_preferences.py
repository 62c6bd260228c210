"""What a caller does not want, and what an answer may cost them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Model
from backend.metering.display_cost import DisplayRate, display_rate, tariff
from backend.policy.preferences import ANY, Length, MaxPrice, Preferences, obstacle
from tests.fixtures.snapshots import catalogue, model, price, provider

ROPE = model("rope", price=price("10", "20", request="0.001"))
PRICES = st.decimals(min_value="0", max_value="500", places=3)


def rate(of: Model) -> DisplayRate:
    """One credit for each cent."""
    return display_rate(catalogue(of), plan="starter", model=of.name, family="general", credits_per_dollar=Decimal(100))


def why(preferences: Preferences, of: Model = ROPE, length: Length = Length(1000, 64)) -> str | None:  # noqa: B008
    return obstacle(preferences, of, rate(of), ("seed",), length)


@pytest.mark.parametrize(
    ("preferences", "reason"),
    [
        (Preferences(only=frozenset({"other"})), "Acme is not among the providers you allow"),
        (Preferences(ignore=frozenset({"acme"})), "you exclude Acme"),
        (Preferences(ignore=frozenset({"rope"})), "you exclude it"),
        (Preferences(require_parameters=True), "does not know seed"),
        (Preferences(max_price=MaxPrice(request=Decimal("0.05"))), "costs more than you allow"),
        (Preferences(most_credits=Decimal("1.4279")), "needs 1.428000 credits, you allow 1.4279"),
        (Preferences(most_credits=Decimal(0)), "needs 1.428000 credits, you allow 0"),
        (ANY, None),
        (Preferences(only=frozenset({"acme"}), ignore=frozenset({"other"})), None),
        (Preferences(most_credits=Decimal("1.428")), None),
        (Preferences(no_data_collection=True), "Acme may keep what it is sent"),
    ],
)
def test_every_obstacle_is_told_in_words(preferences: Preferences, reason: str | None) -> None:
    assert why(preferences) == reason


def test_a_provider_that_keeps_nothing_may_be_asked_though_data_must_not_be_kept() -> None:
    discreet = model("rope", provider=provider(collects_data=False))
    assert why(Preferences(no_data_collection=True), discreet) is None


@given(PRICES, PRICES, st.integers(1, 200_000), st.integers(1, 64), st.decimals("0", "100", places=4))
def test_a_model_is_asked_just_when_the_shortest_answer_is_paid_for(
    input: Decimal, output: Decimal, prompt: int, answer: int, most: Decimal
) -> None:
    of = model("rope", price=price(str(input), str(output)))
    least = tariff(price(str(input), str(output)), rate(of), prompt).cost(answer)
    assert (why(Preferences(most_credits=most), of, Length(prompt, answer)) is None) == (least <= most)


def test_models_and_providers_stand_in_the_order_given() -> None:
    order = Preferences(order=("other", "rope", "acme"))
    assert [order.place(of) for of in (model("x", provider=provider("other")), ROPE, model("y"))] == [0, 1, 2]
    assert order.place(model("z", provider=provider("third"))) == 3
