"""One model of the catalogue as a row: what it can, what it costs, and whether its prices can be trusted."""

from datetime import datetime, timedelta
from decimal import Decimal

from markupsafe import Markup

from frontend import format as words
from frontend.components.rows import Field, named, row_html
from frontend.components.tags import tag
from shared.catalogue import AdminModel

OLD_PRICES = timedelta(days=90)
"""Prices older than this may no longer be what the provider bills."""

FIELDS = (
    Field("Model", "minmax(0, 3fr)"),
    Field("Context", "4rem", "number"),
    Field("Input", "4rem", "number"),
    Field("Output", "4rem", "number"),
    Field("Factor", "3.5rem", "number"),
    Field("Tags", "minmax(0, 2.4fr)", "quiet"),
    Field("Prices", "6.5rem", "end"),
)


def model_html(model: AdminModel, now: datetime) -> Markup:
    """The row without its toggle and menu."""
    prices = model.prices
    return row_html(
        FIELDS,
        [
            named(model.display_name, origin(model)),
            words.size(model.context_window),
            words.price(None if prices is None else prices.input),
            words.price(None if prices is None else prices.output),
            words.times(model.multiplier),
            " · ".join([*traits(model), *counting(model)]),
            priced(model, now),
        ],
    )


def origin(model: AdminModel) -> str:
    """The provider, and what stands in the way of using the model beside what the row shows anyway."""
    if model.usable or not model.why or model.price_missing or "turned off" in model.why.lower():
        return model.provider_name
    return f"{model.provider_name} · {model.why}"


def traits(model: AdminModel) -> list[str]:
    """How fast it is, what it can, and how an admin labelled it; each once."""
    can = (capability.value.replace("_", " ") for capability in model.capabilities)
    return list(dict.fromkeys([model.latency_tier.value, *can, *model.tags]))


def counting(model: AdminModel) -> list[str]:
    """How its provider counts tokens against our estimates, once enough answers have shown it."""
    if model.token_ratio is None:
        return []
    return [f"tokens {words.times(Decimal(str(model.token_ratio)))} in {words.plural(model.token_samples, 'answer')}"]


def priced(model: AdminModel, now: datetime) -> Markup:
    """When the prices were set; a tag when they are missing or old."""
    if model.price_missing or model.priced_at is None:
        return tag("Missing", "bad")
    age = now - model.priced_at
    if age > OLD_PRICES:
        return tag(f"{age.days} days old", "warn")
    return Markup("{}").format(words.short_day(model.priced_at))
