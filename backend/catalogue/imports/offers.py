"""What a provider offers, whatever the format of its list. Pure."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from msgspec import Struct

from backend.catalogue.defaults import ModelType
from shared.catalogue import Capability
from shared.imports import RefusedOffer

MOST_TOKENS = 100_000_000


class Offer(Struct, frozen=True, kw_only=True):
    """A model as a list describes it; what the list does not say is None or absent.

    `capabilities` and `prices` have what the list speaks of: a capability may be denied, a bucket may have no price
    of its own (None). `unpriced` says why there are no prices, where there are none. `remarks` are for the admin.
    """

    upstream_name: str
    display_name: str | None = None
    model_type: ModelType = "chat"
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: Mapping[Capability, bool] = {}
    prices: Mapping[str, Decimal | None] | None = None
    unpriced: str | None = None
    remarks: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True):
    """A model that answers no chat, embeds nothing and makes no pictures."""

    upstream_name: str


Entry = Offer | LeftOut | RefusedOffer


def tokens(value: float | None) -> int | None:
    """A number of tokens, None for one that cannot be."""
    if value is None or not 1 <= value <= MOST_TOKENS:
        return None
    return int(value)


def refused(upstream_name: object, number: int, reason: str) -> RefusedOffer:
    """An entry that cannot be taken; `number` is its place in the list, for one without a name."""
    named = isinstance(upstream_name, str) and upstream_name.isprintable()
    return RefusedOffer(upstream_name=str(upstream_name)[:200] if named else f"entry {number}", reason=reason)


class _Named(Struct):
    id: object = None
    name: object = None


def name_in(raw: bytes) -> object:
    """The name of an entry that is otherwise not understood."""
    try:
        found = msgspec.json.decode(raw, type=_Named)
    except msgspec.DecodeError:
        return None
    return found.id or found.name
