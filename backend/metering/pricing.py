"""From tokens and prices to raw cost. Pure and exact.

raw cost = sum over buckets of tokens x price per million / 10^6, plus the price per request and per picture. A bucket
without a price of its own is priced like the one it is part of: cached input and cache writes like input, reasoning,
image and audio tokens like output.
"""

from decimal import Context, Decimal, Inexact

from msgspec import Struct

from backend.catalogue.snapshot import Price
from backend.providers.calls import TokenUsage
from shared.admin import BucketCost

EXACT = Context(prec=80, traps=[Inexact])
"""Products of prices, tokens and factors are exact here; what would round is a bug and raises."""

MILLION = -6
ZERO = Decimal(0)

BUCKETS = ("input", "cached_input", "cache_write", "output", "reasoning", "image", "audio")
_PRICED_LIKE = {
    "cached_input": "input",
    "cache_write": "input",
    "reasoning": "output",
    "image": "output",
    "audio": "output",
}


class RawCost(Struct, frozen=True, kw_only=True):
    """Dollars, and how they add up."""

    total: Decimal
    buckets: list[BucketCost]


def price_of(price: Price, bucket: str) -> Decimal:
    """Dollars per million tokens of a bucket. `image` tokens are output: `Price.image` is per picture."""
    own: Decimal | None = None if bucket == "image" else getattr(price, bucket)
    if own is not None:
        return own
    fallback: Decimal = getattr(price, _PRICED_LIKE[bucket])
    return fallback


def raw_cost(usage: TokenUsage, price: Price, pictures: int = 0) -> RawCost:
    """What one answered call costs at a price version, with the pictures it made."""
    buckets = [
        BucketCost(bucket=bucket, quantity=tokens, price=(each := price_of(price, bucket)), cost=_cost(tokens, each))
        for bucket in BUCKETS
        if (tokens := getattr(usage, bucket))
    ]
    if price.request:
        buckets.append(BucketCost(bucket="request", quantity=1, price=price.request, cost=price.request))
    if pictures and price.image:
        each = price.image
        buckets.append(
            BucketCost(bucket="picture", quantity=pictures, price=each, cost=EXACT.multiply(Decimal(pictures), each))
        )
    total = ZERO
    for line in buckets:
        total = EXACT.add(total, line.cost)
    return RawCost(total=total, buckets=buckets)


def _cost(tokens: int, per_million: Decimal) -> Decimal:
    return EXACT.scaleb(EXACT.multiply(Decimal(tokens), per_million), MILLION)


def dearest_input(price: Price) -> Decimal:
    """Dollars for one prompt token at worst: what it will read from or write to its cache is not known."""
    return EXACT.scaleb(max(price.input, price.cache_write or ZERO), MILLION)


def dearest_output(price: Price) -> Decimal:
    """Dollars for one token of the answer at worst."""
    return EXACT.scaleb(max(price.output, price.reasoning or ZERO), MILLION)
