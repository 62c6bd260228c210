"""What a provider's own list of models says, against what the catalogue knows."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.wire import Answer, Instant, Reason, Request

LineKey = Annotated[str, Meta(min_length=1, max_length=300)]


class LineKind(StrEnum):
    """What a line of an import would do."""

    NEW = "new"
    """Adds a model, turned off."""
    PRICES = "prices"
    """Gives a model a new version of its prices; calls already made keep theirs."""
    DETAILS = "details"
    """Changes what is known of a model: how much it reads and writes, and what it can."""
    GONE = "gone"
    """Turns a model off that the provider no longer lists, and tags it `gone`; nothing is deleted."""


class ImportFact(Answer, frozen=True, kw_only=True):
    """One difference. Prices are in dollars per million tokens, `request` and `image` in dollars each.

    `factor` is new / old of a price, rounded to four digits; None where one of the two is missing or the old one zero.
    """

    field: str
    old: str | None
    new: str | None
    factor: Decimal | None = None


class ImportLine(Answer, frozen=True, kw_only=True):
    """Something that can be applied. `suspicious` says why it needs a second look, None when it does not.

    `model` is the model's name in the catalogue, `upstream_name` the provider's. `model_id` is None for a new one.
    """

    key: str
    kind: LineKind
    model: str
    upstream_name: str
    display_name: str
    model_id: UUID | None
    active: bool
    facts: list[ImportFact]
    remarks: list[str]
    suspicious: str | None
    applied: bool


class RefusedOffer(Answer, frozen=True, kw_only=True):
    """Something in the list that cannot be taken as it is, and why."""

    upstream_name: str
    reason: str


class ImportCounts(Answer, frozen=True, kw_only=True):
    """How many lines of each kind; `unchanged` models are as the list says, `left_out` ones answer no chat."""

    new: int
    prices: int
    details: int
    gone: int
    suspicious: int
    unchanged: int
    refused: int
    left_out: int


class ImportApplication(Answer, frozen=True, kw_only=True):
    """What somebody applied of an import."""

    at: Instant
    by: str
    reason: str
    lines: list[str]


class ImportSummary(Answer, frozen=True, kw_only=True):
    """One reading of a provider's list."""

    id: UUID
    provider_id: UUID
    provider: str
    provider_name: str
    created_at: Instant
    created_by: str
    counts: ImportCounts
    applications: list[ImportApplication]


class ImportView(ImportSummary, frozen=True, kw_only=True):
    """One reading of a provider's list with everything in it that differs from the catalogue."""

    lines: list[ImportLine]
    refused: list[RefusedOffer]
    left_out: list[str]


class NewImport(Request, frozen=True, kw_only=True):
    """Nothing has to be said to read a provider's list."""


class ImportChoice(Request, frozen=True, kw_only=True):
    """What to apply: the lines with these keys, or `all` but the suspicious ones and the models that are gone.

    Those have to be named.
    """

    reason: Reason
    lines: Annotated[list[LineKey], Meta(max_length=10_000)] | UnsetType = UNSET
    all: bool = False
