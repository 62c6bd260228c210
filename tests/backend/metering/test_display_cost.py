"""From dollars to credits, and how much of an answer credits pay for: exact whatever the figures."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Price
from backend.metering.display_cost import DisplayRate, Tariff, display_rate, tariff
from backend.metering.pricing import raw_cost
from backend.providers.calls import TokenUsage
from tests.backend.metering.test_pricing import prices, usages
from tests.fixtures.snapshots import catalogue, price

factors = st.decimals(0, 1000, places=6)
credits_per_dollar = st.decimals("0.000001", 1_000_000, places=6)


def rate(*values: str, per_dollar: str = "100") -> DisplayRate:
    names = ("plan", "model", "family")
    multipliers = {(name, name): Decimal(value) for name, value in zip(names, values, strict=False)}
    return display_rate(
        catalogue(multipliers=multipliers),
        plan="plan",
        model="model",
        family="family",
        credits_per_dollar=Decimal(per_dollar),
    )


class TestRate:
    def test_the_factors_are_named_and_their_product_is_the_multiplier(self) -> None:
        found = rate("1.5", "2", "0.5")
        assert [(f.name, f.value) for f in found.factors] == [
            ("plan plan", Decimal("1.5")),
            ("model model", Decimal(2)),
            ("family family", Decimal("0.5")),
        ]
        assert found.multiplier == Decimal("1.5")

    def test_what_is_not_set_is_one(self) -> None:
        assert rate().multiplier == 1
        assert rate("1.5").multiplier == Decimal("1.5")

    @pytest.mark.parametrize(
        ("values", "per_dollar", "dollars", "credits"),
        [
            ((), "100", "0.01", "1"),
            (("1.5",), "100", "0.01", "1.5"),
            (("1.5", "2", "3"), "1000", "0.000001", "0.009"),
            (("0",), "100", "5", "0"),
            ((), "100", "0.000000000001", "0.0000000001"),
        ],
    )
    def test_credits(self, values: tuple[str, ...], per_dollar: str, dollars: str, credits: str) -> None:
        assert rate(*values, per_dollar=per_dollar).credits(Decimal(dollars)) == Decimal(credits)

    @given(usages, prices, st.lists(factors, min_size=3, max_size=3), credits_per_dollar)
    def test_credits_are_exact_for_everything_that_can_be_set(
        self, usage: TokenUsage, at: Price, values: list[Decimal], per_dollar: Decimal
    ) -> None:
        found = rate(*map(str, values), per_dollar=str(per_dollar))
        raw = raw_cost(usage, at).total
        expected = Fraction(raw) * Fraction(per_dollar)
        for value in values:
            expected *= Fraction(value)
        assert Fraction(found.credits(raw)) == expected


class TestTariff:
    def test_a_fifth_more_of_the_prompt_is_held_than_was_estimated(self) -> None:
        found = tariff(price("1", "2", request="0.5"), rate(), 1000)
        assert found.fixed == Decimal("50.12")
        assert found.each == Decimal("0.0002")
        assert found.cost(10) == Decimal("50.122")

    @pytest.mark.parametrize(
        ("fixed", "each", "credits", "wanted", "affordable"),
        [
            ("1", "1", "0.9", 10, 0),
            ("1", "1", "1", 10, 0),
            ("1", "1", "1.9", 10, 0),
            ("1", "1", "2", 10, 1),
            ("1", "1", "100", 10, 10),
            ("1", "0", "1", 10, 10),
            ("1", "0", "0.5", 10, 0),
            ("0", "0", "0", 10, 10),
            ("0", "0.3", "1", 10, 3),
            ("0", "1", "-1", 10, 0),
        ],
    )
    def test_affordable(self, fixed: str, each: str, credits: str, wanted: int, affordable: int) -> None:
        assert Tariff(fixed=Decimal(fixed), each=Decimal(each)).affordable(Decimal(credits), wanted) == affordable

    @given(
        st.decimals(0, 100, places=20),
        st.decimals(0, 100, places=30),
        st.decimals(0, 10_000, places=20),
        st.integers(1, 1_000_000),
    )
    @example(Decimal(0), Decimal("3." + "3" * 29 + "4"), Decimal(10), 100)
    @example(Decimal(0), Decimal("0." + "3" * 29 + "4"), Decimal(1), 100)
    def test_what_is_affordable_is_paid_for_and_one_token_more_is_not(
        self, fixed: Decimal, each: Decimal, credits: Decimal, wanted: int
    ) -> None:
        found = Tariff(fixed=fixed, each=each)
        most = found.affordable(credits, wanted)
        assert 0 <= most <= wanted
        if fixed > credits:
            assert most == 0
        else:
            assert Fraction(fixed) + Fraction(each) * most <= Fraction(credits)
            assert most == wanted or Fraction(fixed) + Fraction(each) * (most + 1) > Fraction(credits)

    @given(prices, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
    def test_a_hold_covers_every_answer_that_keeps_to_it(
        self, at: Price, prompt_tokens: int, answer_tokens: int
    ) -> None:
        at_rate = rate("1.5")
        held = tariff(at, at_rate, prompt_tokens).cost(answer_tokens)
        used = TokenUsage(input=prompt_tokens, output=answer_tokens)
        assert at_rate.credits(raw_cost(used, at).total) <= held
