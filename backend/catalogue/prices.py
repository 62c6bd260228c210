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
_ENOUGH = {
    "chat": (("input", "output"),),
    "embedding": (("input",),),
    "image": (("image",), ("input", "output")),
}


def enough_buckets(model_type: str) -> tuple[tuple[str, ...], ...]:
    """Sets of buckets: a model of this type can be charged for when all of one set have prices."""
    return _ENOUGH[model_type]


def missing_buckets(prices: Prices | None, model_type: str) -> list[str]:
    """The buckets without a price that a model of this type needs; of several sets, those of the nearest one."""
    missing = [
        [bucket for bucket in enough if prices is None or getattr(prices, bucket) is None]
        for enough in enough_buckets(model_type)
    ]
    return min(missing, key=len)


def check_prices(prices: Prices) -> None:
    """Refuses what cannot be a price: negative, absurd, or no number. Raises `InvalidRequest`."""
    for bucket in BUCKETS:
        price: Decimal | None = getattr(prices, bucket)
        if price is not None:
            what = f"The price for {bucket}, in dollars,"
            check_amount(price, what, least=Decimal(0), most=DEAREST, places=PLACES)
