"""From tokens and prices to raw cost: exact whatever the figures."""

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.snapshot import Price
from backend.metering.pricing import BUCKETS, EXACT, dearest_input, dearest_output, price_of, raw_cost
from backend.providers.calls import TokenUsage
from tests.fixtures.snapshots import price

amounts = st.decimals(0, 10_000, places=12)
"""Everything an admin can set: see backend.catalogue.prices."""
maybe = st.none() | amounts
prices = st.builds(
    Price,
    version=st.just(1),
    input=amounts,
    output=amounts,
    cached_input=maybe,
    cache_write=maybe,
    reasoning=maybe,
    audio=maybe,
    image=maybe,
    request=maybe,
)
tokens = st.integers(0, 2**31 - 1)
usages = st.builds(TokenUsage, **dict.fromkeys(BUCKETS, tokens))


class TestBuckets:
    @pytest.mark.parametrize(
        ("bucket", "own", "without_own"),
        [
            ("input", "1", "1"),
            ("output", "2", "2"),
            ("cached_input", "3", "1"),
            ("cache_write", "4", "1"),
            ("reasoning", "5", "2"),
            ("audio", "6", "2"),
        ],
    )
    def test_each_has_its_price_or_that_of_what_it_is_part_of(self, bucket: str, own: str, without_own: str) -> None:
        every = price("1", "2", cached_input="3", cache_write="4", reasoning="5", audio="6")
        assert price_of(every, bucket) == Decimal(own)
        assert price_of(price("1", "2"), bucket) == Decimal(without_own)

    def test_tokens_of_a_picture_are_output_and_the_price_of_a_picture_is_not_theirs(self) -> None:
        assert price_of(price("1", "2", image="40"), "image") == 2

    def test_a_bucket_may_be_free(self) -> None:
        assert price_of(price("1", "2", cached_input="0"), "cached_input") == 0

    def test_the_buckets_are_those_of_the_usage(self) -> None:
        assert set(BUCKETS) == set(TokenUsage.__struct_fields__)

    def test_tokens_are_counted_once_and_only_where_there_are_any(self) -> None:
        cost = raw_cost(
            TokenUsage(input=1_000_000, cached_input=500_000, output=2), price("1", "2", cached_input="0.1")
        )
        assert [(line.bucket, line.quantity, line.cost) for line in cost.buckets] == [
            ("input", 1_000_000, Decimal(1)),
            ("cached_input", 500_000, Decimal("0.05")),
            ("output", 2, Decimal("0.000004")),
        ]
        assert cost.total == Decimal("1.050004")

    def test_a_price_for_each_request_is_added_once(self) -> None:
        cost = raw_cost(TokenUsage(), price("1", "2", request="0.01"))
        assert [(line.bucket, line.quantity, line.cost) for line in cost.buckets] == [("request", 1, Decimal("0.01"))]
        assert cost.total == Decimal("0.01")

    def test_nothing_costs_nothing(self) -> None:
        assert raw_cost(TokenUsage(), price()).total == 0


class TestExactness:
    @given(usages, prices)
    def test_the_sum_is_that_of_fractions(self, usage: TokenUsage, at: Price) -> None:
        cost = raw_cost(usage, at)
        expected = sum(
            (Fraction(getattr(usage, bucket)) * Fraction(price_of(at, bucket)) / 1_000_000 for bucket in BUCKETS),
            Fraction(at.request or 0),
        )
        assert Fraction(cost.total) == expected
        assert sum((Fraction(line.cost) for line in cost.buckets), Fraction(0)) == expected
        assert cost.total >= 0

    @given(usages, prices)
    def test_a_line_is_its_quantity_times_its_price(self, usage: TokenUsage, at: Price) -> None:
        for line in raw_cost(usage, at).buckets:
            each = Fraction(line.price) / (1 if line.bucket == "request" else 1_000_000)
            assert Fraction(line.cost) == line.quantity * each

    def test_what_would_be_rounded_is_a_bug(self) -> None:
        with pytest.raises(Inexact):
            EXACT.multiply(Decimal("1." + "1" * 50), Decimal("1." + "1" * 50))


class TestDearest:
    @given(prices)
    def test_no_token_of_a_text_costs_more_than_was_feared(self, at: Price) -> None:
        prompt = max(price_of(at, bucket) for bucket in ("input", "cache_write"))
        answer = max(price_of(at, bucket) for bucket in ("output", "reasoning"))
        assert Fraction(dearest_input(at)) == Fraction(prompt) / 1_000_000
        assert Fraction(dearest_output(at)) == Fraction(answer) / 1_000_000
