"""What an answer costs: usage as reported or estimated, raw cost, display cost, charge. Pure."""

from decimal import Decimal

from msgspec import Struct

from backend.chat.attempt import Attempt
from backend.chat.history import TOKENS_PER_TOOL
from backend.chat.order import Order, Route
from backend.metering.pricing import RawCost, raw_cost
from backend.precheck.tokens.estimate import size_of
from backend.providers.calls import TokenUsage


class Charge(Struct, frozen=True, kw_only=True):
    """`charged` is what the person pays: the display cost, but never more than was held."""

    usage: TokenUsage
    estimated: bool
    raw: RawCost
    display_cost: Decimal
    charged: Decimal


def charge(order: Order, attempt: Attempt, text: str) -> Charge | None:
    """The charge for an answer, whole or stopped; without `text` or tool uses there is none.

    It is that of the attempt that answered: what it was given and what it produced. What an attempt that broke off
    had written before it is free.
    """
    if not text and not attempt.tool_uses:
        return None
    route = attempt.route
    usage = attempt.usage if attempt.usage is not None else estimated_usage(attempt)
    raw = raw_cost(usage, route.price)
    display = route.rate.credits(raw.total)
    return Charge(
        usage=usage,
        estimated=attempt.usage is None,
        raw=raw,
        display_cost=display,
        charged=min(display, order.held),
    )


def estimated_usage(attempt: Attempt) -> TokenUsage:
    """What a provider would have counted, as far as can be told."""
    model = attempt.route.model
    written = model.tokens(size_of(attempt.text)) + sum(
        model.tokens(size_of(use.arguments, TOKENS_PER_TOOL)) for use in attempt.tool_uses
    )
    return TokenUsage(input=attempt.route.prompt_tokens + model.tokens(size_of(attempt.carried)), output=written)


def credits_so_far(order: Order, route: Route, characters: int) -> tuple[int, Decimal]:
    """Roughly how many tokens were written and what they cost, for the live figure."""
    tokens = characters // 4
    raw = raw_cost(TokenUsage(input=route.prompt_tokens, output=tokens), route.price).total
    return tokens, min(route.rate.credits(raw), order.held)
