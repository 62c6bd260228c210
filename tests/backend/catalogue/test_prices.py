"""Which prices a model needs and which can be meant."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalogue.prices import BUCKETS, DEAREST, check_prices, missing_buckets
from backend.errors import InvalidRequest
from shared.catalogue import Prices


@pytest.mark.parametrize("bucket", BUCKETS)
@pytest.mark.parametrize("price", ["NaN", "Infinity", "-0.000001", "10000.01", "1e-19"])
def test_no_bucket_takes_a_price_that_cannot_be_meant(bucket: str, price: str) -> None:
    with pytest.raises(InvalidRequest, match=bucket):
        check_prices(Prices(**{bucket: Decimal(price)}))


@given(st.sampled_from(BUCKETS), st.decimals(0, DEAREST, places=6))
def test_every_price_up_to_the_dearest_is_one(bucket: str, price: Decimal) -> None:
    check_prices(Prices(**{bucket: price}))


@pytest.mark.parametrize(
    ("prices", "model_type", "missing"),
    [
        (None, "chat", ["input", "output"]),
        (Prices(), "image", ["image"]),
        (Prices(), "embedding", ["input"]),
        (Prices(output=Decimal(1)), "embedding", ["input"]),
        (Prices(input=Decimal(1)), "embedding", []),
        (Prices(input=Decimal(1)), "chat", ["output"]),
        (Prices(input=Decimal(1), output=Decimal(1)), "image", []),
        (Prices(image=Decimal(1)), "image", []),
        (Prices(image=Decimal(1)), "chat", ["input", "output"]),
        (Prices(input=Decimal(0), output=Decimal(0)), "chat", []),
        (Prices(input=Decimal(1), output=Decimal(0)), "embedding", []),
    ],
)
def test_a_needed_price_is_missing_unless_it_is_given_even_as_zero(
    prices: Prices | None, model_type: str, missing: list[str]
) -> None:
    assert missing_buckets(prices, model_type) == missing
