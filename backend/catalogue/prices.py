"""Which prices a model must have, and which prices can be meant. Pure."""

from decimal import Decimal

from msgspec import structs

from backend.amounts import check_amount
from shared.catalogue import Prices

DEAREST = Decimal(10_000)
"""Dollars per million tokens (or per picture or call) above which a price is a slip of the keyboard."""
PLACES = 18
"""Model lists divide: a twelfth of a dollar per million tokens comes with sixteen decimals."""

BUCKETS = tuple(field.name for field in structs.fields(Prices))
_NEEDED = {"chat": ("input", "output"), "embedding": ("input", "output"), "image": ("input", "output", "image")}


def needed_buckets(model_type: str) -> tuple[str, ...]:
    """The buckets without whose prices a model of this type cannot be charged for."""
    return _NEEDED[model_type]


def missing_buckets(prices: Prices | None, model_type: str) -> list[str]:
    """The needed buckets that have no price."""
    return [bucket for bucket in needed_buckets(model_type) if prices is None or getattr(prices, bucket) is None]


def check_prices(prices: Prices) -> None:
    """Refuses what cannot be a price: negative, absurd, or no number. Raises `InvalidRequest`."""
    for bucket in BUCKETS:
        price: Decimal | None = getattr(prices, bucket)
        if price is not None:
            what = f"The price for {bucket}, in dollars,"
            check_amount(price, what, least=Decimal(0), most=DEAREST, places=PLACES)
