"""What somebody wants done, and what was admitted of it."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from backend.abuse.cost import CostWatch
from backend.chat.order import Route
from backend.errands.work import Counts, Made, Pieces, Work
from backend.metering.rates import WindowState
from backend.policy.preferences import ANY, Preferences
from shared.chat import Strategy
from shared.routing import Routing


class Done(Struct, frozen=True, kw_only=True):
    """What was made, by whom, and what it cost the person in credits."""

    request_id: UUID
    made: Made
    pieces: Pieces
    model: str
    provider: str
    credits: Decimal
    latency_ms: int
    routing: Routing


Shape = Callable[[Done], Struct]
"""How an API says what was made."""


class Errand(Struct, frozen=True, kw_only=True):
    """One request. `models` are names in the order of preference; with `auto` alone the policy chooses.

    `body` is what the caller sent: a repeated idempotency key must come with the same.
    """

    body: Struct
    work: Work
    shape: Shape
    requested: str
    models: tuple[str, ...]
    preferences: Preferences = ANY
    strategy: Strategy | None = None


class ErrandOrder(Struct, frozen=True, kw_only=True):
    """A decided and admitted errand. `counts` are the tokens of each of its words, estimated.

    `began` is on the loop's clock; `budget` is how long all may take. Both are in seconds. `costs` says when the errand
    is a costly one.
    """

    request_id: UUID
    organisation_id: UUID
    user_id: UUID
    work: Work
    shape: Shape
    counts: Counts
    routes: tuple[Route, ...]
    held: Decimal
    balance: Decimal
    windows: list[WindowState]
    reasons: tuple[str, ...]
    strategy: str
    requested: str
    chosen: bool
    keep_result: bool
    began: float
    budget: float
    costs: CostWatch | None = None
