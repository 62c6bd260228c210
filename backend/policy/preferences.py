"""Which providers a caller wants asked, and at what price. Pure."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from msgspec import Struct

from backend.catalogue.snapshot import Model
from backend.metering.display_cost import DisplayRate, tariff

SHOWN = Decimal("0.000001")
"""How finely credits are told; more is rounded up."""


class MaxPrice(Struct, frozen=True, kw_only=True):
    """Display prices in credits: per million tokens of prompt and completion, and per request."""

    prompt: Decimal | None = None
    completion: Decimal | None = None
    request: Decimal | None = None


class Preferences(Struct, frozen=True, kw_only=True):
    """How a caller narrows the routes; providers are named as in the catalogue.

    `order`: asked first, in this order. `only` and `ignore`: who may and who may not be asked. `order` and `ignore`
    take the names of models, too. Without `allow_fallbacks` the first route is the only one. `require_parameters`:
    whoever is asked must know every field of the request. `no_data_collection`: only providers that an admin marked as
    keeping nothing. `most_credits`: what the whole request may cost at most; it limits what is held for it.
    """

    order: tuple[str, ...] = ()
    only: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    allow_fallbacks: bool = True
    require_parameters: bool = False
    no_data_collection: bool = False
    max_price: MaxPrice | None = None
    most_credits: Decimal | None = None

    def place(self, model: Model) -> int:
        """Where a model or its provider stands in the order; those that are not in it stand last."""
        names = (model.name, model.provider.name)
        return next((place for place, name in enumerate(self.order) if name in names), len(self.order))


ANY = Preferences()


class Length(Struct, frozen=True):
    """Tokens of a prompt, as estimated, and the fewest that an answer must be able to have."""

    prompt: int
    answer: int


def obstacle(
    preferences: Preferences, model: Model, rate: DisplayRate, unspoken: Sequence[str], length: Length
) -> str | None:
    """Why a model is not what the caller wants; `unspoken` are fields of the request its provider does not know."""
    provider = model.provider
    if preferences.only is not None and provider.name not in preferences.only:
        return f"{provider.display_name} is not among the providers you allow"
    if provider.name in preferences.ignore:
        return f"you exclude {provider.display_name}"
    if model.name in preferences.ignore:
        return "you exclude it"
    if preferences.no_data_collection and provider.collects_data:
        return f"{provider.display_name} may keep what it is sent"
    if preferences.require_parameters and unspoken:
        return f"does not know {', '.join(unspoken)}"
    if preferences.max_price is not None and _dearer(preferences.max_price, model, rate):
        return "costs more than you allow"
    if preferences.most_credits is not None and model.price is not None:
        least = tariff(model.price, rate, length.prompt).cost(length.answer)
        if least > preferences.most_credits:
            return f"needs {least.quantize(SHOWN, ROUND_CEILING):f} credits, you allow {preferences.most_credits:f}"
    return None


def _dearer(most: MaxPrice, model: Model, rate: DisplayRate) -> bool:
    price = model.price
    if price is None:
        return False
    pairs = ((most.prompt, price.input), (most.completion, price.output), (most.request, price.request or Decimal(0)))
    return any(limit is not None and rate.credits(dollars) > limit for limit, dollars in pairs)
