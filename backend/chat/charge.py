"""What an answer costs: usage as reported or estimated, raw cost, display cost, charge. Pure."""

from decimal import Decimal

from msgspec import Struct

from backend.chat.order import Order, Route
from backend.metering.pricing import RawCost, raw_cost
from backend.precheck.tokens import estimate_tokens
from backend.providers.calls import TokenUsage


class Charge(Struct, frozen=True, kw_only=True):
    """`charged` is what the person pays: the display cost, but never more than was held."""

    usage: TokenUsage
    estimated: bool
    raw: RawCost
    display_cost: Decimal
    charged: Decimal


def charge(order: Order, route: Route, text: str, reported: TokenUsage | None) -> Charge | None:
    """The charge for an answer, whole or stopped; an empty answer has none."""
    if not text:
        return None
    usage = reported if reported is not None else estimated_usage(order.prompt_tokens, text)
    raw = raw_cost(usage, route.price)
    display = route.rate.credits(raw.total)
    return Charge(
        usage=usage,
        estimated=reported is None,
        raw=raw,
        display_cost=display,
        charged=min(display, order.held),
    )


def estimated_usage(prompt_tokens: int, text: str) -> TokenUsage:
    """What a provider would have counted, as far as can be told."""
    return TokenUsage(input=prompt_tokens, output=estimate_tokens(text))


def credits_so_far(order: Order, route: Route, characters: int) -> tuple[int, Decimal]:
    """Roughly how many tokens were written and what they cost, for the live figure."""
    tokens = characters // 4
    raw = raw_cost(TokenUsage(input=order.prompt_tokens, output=tokens), route.price).total
    return tokens, min(route.rate.credits(raw), order.held)
