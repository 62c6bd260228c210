"""A row of big figures, each with its name and one note."""

from collections.abc import Iterable
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

_FIGURE = Markup('<div><dt>{label}</dt><dd>{value}</dd><dd class="fl-note">{note}</dd></div>')


class Figure(NamedTuple):
    """One figure of a strip."""

    label: str
    value: str
    note: str = ""


def stat_strip_html(figures: Iterable[Figure]) -> Markup:
    """The strip as a definition list."""
    cells = [_FIGURE.format(**figure._asdict()) for figure in figures]
    return Markup('<dl class="fl-strip" style="--fl-cells:{}">{}</dl>').format(len(cells), Markup().join(cells))


def stat_strip(figures: Iterable[Figure]) -> None:
    """Draws the strip; two columns on a phone."""
    st.html(stat_strip_html(figures))
