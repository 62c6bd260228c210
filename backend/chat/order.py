"""A decided and admitted request: all that is needed to carry it out."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from backend.catalogue.snapshot import Assistant, Endpoint, Model, Price
from backend.metering.display_cost import DisplayRate, Tariff
from backend.metering.rates import WindowState
from backend.providers.calls import Target, Turn
from shared.chat import ChatParams, OnDisconnect
from shared.errors import JsonScalar
from shared.precheck import Precheck


class Route(Struct, frozen=True, kw_only=True):
    """One model at one endpoint that may answer, with the price and factors as they were at admission."""

    model: Model
    endpoint: Endpoint
    price: Price
    target: Target
    rate: DisplayRate
    tariff: Tariff


class Order(Struct, frozen=True, kw_only=True):
    """What the pipeline hands to the generation.

    `reserve` are routes beyond the chain whose models read more than any in it. `began` is on the loop's clock;
    `budget` is how long the whole request may take. Both are in seconds.
    """

    request_id: UUID
    organisation_id: UUID
    user_id: UUID
    conversation_id: UUID | None
    message_id: UUID | None
    assistant: Assistant
    routes: tuple[Route, ...]
    reserve: tuple[Route, ...]
    turns: tuple[Turn, ...]
    params: ChatParams
    metadata: dict[str, JsonScalar]
    prompt_tokens: int
    max_tokens: int
    held: Decimal
    balance: Decimal
    windows: list[WindowState]
    precheck: Precheck
    reasons: tuple[str, ...]
    notices: tuple[str, ...]
    streamed: bool
    on_disconnect: OnDisconnect
    strategy: str
    keep_result: bool
    began: float
    budget: float
