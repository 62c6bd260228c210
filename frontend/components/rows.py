"""Rows with widgets in them: all figures of a row are one grid, so that nothing stacks but by our own style."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from markupsafe import Markup

from frontend.components.tables import Cell

_CELL = Markup('<div class="{kind}" data-l="{name}">{value}</div>')
_NAME = Markup("<b>{}</b><small>{}</small>")


class Field(NamedTuple):
    """A figure of every row. `width` is a grid track; `end` is right-aligned and quiet."""

    name: str
    width: str
    kind: Literal["plain", "number", "quiet", "end"] = "plain"


def named(name: str, below: str) -> Markup:
    """A name with a small line under it, the usual first figure."""
    return _NAME.format(name, below)


def head_html(fields: Sequence[Field]) -> Markup:
    """The names of the figures."""
    return _grid("fl-row fl-head", fields, [field.name for field in fields])


def row_html(fields: Sequence[Field], values: Sequence[Cell]) -> Markup:
    """One row, without its widgets."""
    return _grid("fl-row", fields, values)


def _grid(classes: str, fields: Sequence[Field], values: Sequence[Cell]) -> Markup:
    cells = (
        _CELL.format(kind=f"fl-{field.kind}", name=field.name, value=value)
        for field, value in zip(fields, values, strict=True)
    )
    return Markup('<div class="{}" style="--fl-columns:{}">{}</div>').format(
        classes, " ".join(field.width for field in fields), Markup().join(cells)
    )
