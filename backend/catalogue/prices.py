"""Which prices a model must have, and which prices can be meant. Pure."""

from decimal import Decimal

from msgspec import structs

from backend.errors import InvalidRequest
from shared.catalogue import Prices

DEAREST = Decimal(10_000)
"""Dollars per million tokens (or per picture or call) above which a price is a slip of the keyboard."""
FINEST = -12
"""Decimal places beyond which a price is no price."""

BUCKETS = tuple(field.name for field in structs.fields(Prices))
_NEEDED = {"chat": ("input", "output"), "embedding": ("input", "output"), "image": ("input", "output", "image")}


def needed_buckets(model_type: str) -> tuple[str, ...]:
    """The buckets without whose prices a model of this type cannot be charged for."""
    return _NEEDED[model_type]


def missing_buckets(prices: Prices | None, model_type: str) -> list[str]:
    """The needed buckets that have no price."""
    return [bucket for bucket in needed_buckets(model_type) if prices is None or getattr(prices, bucket) is None]


def check_prices(prices: Prices) -> None:
    """Refuses what cannot be a price. Raises `InvalidRequest`."""
    for bucket in BUCKETS:
        price: Decimal | None = getattr(prices, bucket)
        if price is None:
            continue
        if not price.is_finite():
            raise InvalidRequest(f"The price for {bucket} is not a number.")
        if price < 0:
            raise InvalidRequest(f"The price for {bucket} is negative.")
        if price > DEAREST:
            raise InvalidRequest(f"The price for {bucket} is above ${DEAREST:,} per million. Prices are in dollars.")
        if price.normalize().as_tuple().exponent < FINEST:  # type: ignore[operator]
            raise InvalidRequest(f"The price for {bucket} has more than {-FINEST} decimal places.")
