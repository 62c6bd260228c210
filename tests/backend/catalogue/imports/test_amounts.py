"""Prices out of lists: exact or refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.imports.amounts import NoFixedPrice, PriceRefused, amount, checked, per_million
from backend.catalogue.prices import DEAREST


@pytest.mark.parametrize(
    "value",
    ["NaN", "nan", "Infinity", "-Infinity", "1e400", "", " ", "$1", "1,5", "0x1", "1_000", "٣", "1" * 50, True, [], {}],
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(PriceRefused, match="for prompt is no number"):
        amount(value, "prompt")


@pytest.mark.parametrize("value", ["-0.000001", "-2", -7, Decimal("-1.0001")])
def test_less_than_nothing_is_refused(value: object) -> None:
    with pytest.raises(PriceRefused, match="negative"):
        amount(value, "prompt")


@pytest.mark.parametrize("value", ["-1", -1, "-1.0", Decimal("-1.000")])
def test_minus_one_means_that_there_is_no_fixed_price(value: object) -> None:
    with pytest.raises(NoFixedPrice):
        amount(value, "prompt")


@pytest.mark.parametrize("price", [DEAREST + Decimal("0.01"), Decimal("1e30"), Decimal("1e-19")])
def test_what_cannot_be_meant_is_refused(price: Decimal) -> None:
    with pytest.raises(PriceRefused):
        checked(price, "input")


def test_nothing_is_no_price() -> None:
    assert amount(None, "prompt") is None


@given(st.integers(0, 10**16), st.integers(0, 24))
def test_a_price_per_token_becomes_exactly_a_million_times_itself(digits: int, places: int) -> None:
    text = f"{Decimal(digits).scaleb(-places):f}"
    read = amount(text, "prompt")
    assert read is not None
    assert per_million(read) * 1 == Decimal(digits) * 10**6 / 10**places
    if per_million(read) <= DEAREST and places <= 24:
        assert checked(per_million(read), "input") == per_million(read)


def test_no_digit_is_lost_to_a_float() -> None:
    read = amount("0.0000000833333333333333", "cache")
    assert read is not None
    assert str(checked(per_million(read), "cache")) == "0.0833333333333333"
