"""A decided and admitted request: all that is needed to carry it out."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from backend.abuse.cost import CostWatch
from backend.catalogue.snapshot import Assistant, Endpoint, Model, Price
from backend.chat.inquiry import Manner
from backend.metering.display_cost import DisplayRate, Tariff
from backend.metering.rates import WindowState
from backend.precheck.personal.mask import NOBODY, Names
from backend.providers.calls import Target, Turn
from shared.chat import OnDisconnect
from shared.errors import JsonScalar
from shared.precheck import Precheck


class Route(Struct, frozen=True, kw_only=True):
    """One model at one endpoint that may answer, with the price and factors as they were at admission.

    `prompt_tokens` is the model's count of the prompt, as estimated.
    """

    model: Model
    endpoint: Endpoint
    price: Price
    target: Target
    rate: DisplayRate
    tariff: Tariff
    prompt_tokens: int


class Order(Struct, frozen=True, kw_only=True):
    """What the pipeline hands to the generation.

    `reserve` are routes beyond the chain whose models read more than any in it. `began` is on the loop's clock;
    `budget` is how long the whole request may take. Both are in seconds. `requested` is what the caller called the
    model, `chosen` whether that named any. `may_restart`: what was shown can be taken back. `deadline`, on the loop's
    clock, is when an answer that is not whole has failed. `costs` says when the request is a costly one.
    `names` stand in `turns` for data that only readers are given.
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
    manner: Manner
    metadata: Mapping[str, JsonScalar]
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
    requested: str | None
    chosen: bool
    may_restart: bool
    keep_result: bool
    began: float
    budget: float
    deadline: float | None = None
    names: Names = NOBODY
    costs: CostWatch | None = None
