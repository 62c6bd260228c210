"""One call to one route, and what came of it."""

from decimal import Decimal

from msgspec import Struct

from backend.chat.order import Order, Route
from backend.chat.rescue import Way, turns_with
from backend.precheck.tokens.estimate import size_of
from backend.providers.calls import ChatCall, TokenUsage, ToolUse
from shared.chat import TokenLikelihood
from shared.messages import FinishReason


class Attempt(Struct, kw_only=True):
    """`began` and `first_token` are on the loop's clock, in seconds. `written` is what it produced, told or not.

    `carried` is the text it was given to go on from.
    """

    number: int
    route: Route
    way: Way
    began: float
    max_tokens: int
    carried: str = ""
    first_token: float | None = None
    written: list[str] = []
    usage: TokenUsage | None = None
    finish: FinishReason | None = None
    provider_cost: Decimal | None = None
    provider_request_id: str | None = None
    malformed: int = 0
    stop_sequence: str | None = None
    tool_uses: tuple[ToolUse, ...] = ()
    logprobs: list[TokenLikelihood] = []

    @property
    def text(self) -> str:
        """All it produced."""
        return "".join(self.written)

    def call(self, order: Order) -> ChatCall:
        """The request to the provider."""
        turns = turns_with(order.turns, self.carried) if self.carried else order.turns
        return order.manner.call(self.route.model.upstream_name, turns, self.max_tokens)


SHORTEST_USEFUL = 16
"""Tokens: a route that can afford less is not tried."""


def affordable(order: Order, route: Route, carried: str) -> int | None:
    """Tokens of answer that the hold pays for at a route; None when too few to be of use."""
    already = route.model.tokens(size_of(carried)) if carried else 0
    wanted = max(order.max_tokens - already, 1)
    if route is order.routes[0] and not carried:
        return wanted
    tokens = min(wanted, route.tariff.affordable(order.held, order.max_tokens))
    return tokens if tokens >= min(SHORTEST_USEFUL, wanted) else None
