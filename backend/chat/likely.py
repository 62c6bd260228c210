"""What an answer is likely to cost a person, and how long an answer they could pay for. Pure."""

from decimal import Decimal

from msgspec import Struct

from backend.chat.answer_length import Span
from backend.chat.order import Route
from backend.metering.pricing import raw_cost
from backend.providers.calls import TokenUsage
from shared.precheck import Estimate, RunnerUp


class Likely(Struct, frozen=True, kw_only=True):
    """Credits at a route: `low` for a short answer, `high` for a long one with a prompt that was underestimated.

    `needed` is what must be there for the short one to be admitted, `wanted` the tokens that the answer may have.
    """

    route: Route
    low: Decimal
    high: Decimal
    needed: Decimal
    wanted: int


def likely(route: Route, span: Span, wanted: int) -> Likely:
    """The range for an answer whose length is likely to be within `span`, and at most `wanted` tokens."""
    wanted = max(1, min(wanted, route.model.max_output_tokens))
    short, long = (min(tokens, wanted) for tokens in span)
    bare = raw_cost(TokenUsage(input=route.prompt_tokens, output=short), route.price).total
    return Likely(
        route=route,
        low=route.rate.credits(bare),
        high=route.tariff.cost(long),
        needed=route.tariff.cost(short),
        wanted=wanted,
    )


def estimate(first: Likely, second: Likely | None, spendable: Decimal) -> Estimate:
    """What the person is told; `spendable` is what this request may cost now."""
    return Estimate(
        prompt_tokens=first.route.prompt_tokens,
        credits_low=first.low,
        credits_high=first.high,
        model=first.route.model.display_name,
        spendable=max(spendable, Decimal(0)),
        affordable_max_tokens=None
        if first.high <= spendable
        else first.route.tariff.affordable(spendable, first.wanted),
        runner_up=None
        if second is None
        else RunnerUp(
            model=second.route.model.display_name,
            credits_low=second.low,
            credits_high=second.high,
            affordable=second.needed <= spendable,
        ),
    )
