"""One model of the catalogue as a line: its figures are one grid, so that nothing stacks but by our own style."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from frontend import format as words
from frontend.components.tags import tag
from shared.catalogue import AdminModel

OLD_PRICES = timedelta(days=90)
"""Prices older than this may no longer be what the provider bills."""

_CELL = Markup('<div class="{}" data-l="{}">{}</div>')
_NAME = Markup("<div><b>{}</b><small>{}</small></div>")
_HEAD = ("Model", "Context", "Input", "Output", "Factor", "Tags", "Prices")
_NUMBERS = ("Context", "Input", "Output", "Factor")


def head_html() -> Markup:
    """The names of the columns."""
    return _grid("fl-model fl-head", [(name, name) for name in _HEAD])


def row_html(model: AdminModel, now: datetime) -> Markup:
    """The line without its toggle and menu."""
    prices = model.prices
    return _grid(
        "fl-model",
        [
            ("Model", _NAME.format(model.display_name, _origin(model))),
            ("Context", words.size(model.context_window)),
            ("Input", words.price(None if prices is None else prices.input)),
            ("Output", words.price(None if prices is None else prices.output)),
            ("Factor", words.times(model.multiplier)),
            ("Tags", " · ".join(traits(model))),
            ("Prices", priced(model, now)),
        ],
    )


def traits(model: AdminModel) -> list[str]:
    """How fast it is, what it can, and how an admin labelled it; each once."""
    words_of = [model.latency_tier.value, *(each.value.replace("_", " ") for each in model.capabilities), *model.tags]
    return list(dict.fromkeys(words_of))


def priced(model: AdminModel, now: datetime) -> Markup:
    """When the prices were set; a tag when they are missing or old."""
    if model.price_missing or model.priced_at is None:
        return tag("Missing", "bad")
    age = now - model.priced_at
    if age > OLD_PRICES:
        return tag(f"{age.days} days old", "warn")
    return Markup("{}").format(words.short_day(model.priced_at))


def _origin(model: AdminModel) -> str:
    return model.provider_name if model.usable or not model.why else f"{model.provider_name} · {model.why}"


def _grid(classes: str, cells: Sequence[tuple[str, str | Markup]]) -> Markup:
    return Markup('<div class="{}">{}</div>').format(
        classes,
        Markup().join(_CELL.format("fl-number" if name in _NUMBERS else "", name, cell) for name, cell in cells),
    )
