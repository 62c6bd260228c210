"""Amounts that cannot be meant."""

from decimal import Decimal

import pytest

from backend.amounts import check_amount, check_credits
from backend.errors import InvalidRequest


@pytest.mark.parametrize(
    "amount", ["NaN", "sNaN", "Infinity", "-Infinity", "-0.01", "10.01", "1.0001", "1e-400", "1e400"]
)
def test_what_cannot_be_meant_is_refused(amount: str) -> None:
    with pytest.raises(InvalidRequest):
        check_amount(Decimal(amount), "The amount", least=Decimal(0), most=Decimal(10), places=3)


@pytest.mark.parametrize("amount", ["0", "-0", "10", "1.000", "1.5000000", "1e1", "0.001"])
def test_what_can_be_meant_passes(amount: str) -> None:
    check_amount(Decimal(amount), "The amount", least=Decimal(0), most=Decimal(10), places=3)


def test_no_credits_is_a_limit_that_is_absent() -> None:
    check_credits(None, "credits")


@pytest.mark.parametrize("amount", ["-1", "1000000001", "0.0000001"])
def test_credits_have_bounds(amount: str) -> None:
    with pytest.raises(InvalidRequest, match="monthly_credits"):
        check_credits(Decimal(amount), "monthly_credits")
