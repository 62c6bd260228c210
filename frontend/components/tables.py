"""Small tables with hairlines. On a phone each row stacks, its cells named by their column."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

Cell = str | Markup


class Column(NamedTuple):
    """A column; `wide` takes the room that is left, `number` is right-aligned."""

    name: str
    number: bool = False
    wide: bool = False

    @property
    def classes(self) -> str:
        """The classes of every cell in it."""
        return " ".join(word for word, on in (("fl-number", self.number), ("fl-wide", self.wide)) if on)


def table_html(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], label: str) -> Markup:
    """The table; `label` is its accessible name."""
    head = Markup().join(
        Markup('<th scope="col" class="{}">{}</th>').format(column.classes, column.name) for column in columns
    )
    body = Markup().join(Markup("<tr>{}</tr>").format(_cells(columns, row)) for row in rows)
    return Markup('<table class="fl-table" aria-label="{}"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(
        label, head, body
    )


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], label: str) -> None:
    """Draws the table."""
    st.html(table_html(columns, rows, label))


def _cells(columns: Sequence[Column], row: Sequence[Cell]) -> Markup:
    return Markup().join(
        Markup('<td class="{}" data-l="{}"><div>{}</div></td>').format(column.classes, column.name, cell)
        for column, cell in zip(columns, row, strict=True)
    )
