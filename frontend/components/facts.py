"""Named facts of one thing, one under the other."""

from collections.abc import Iterable

import streamlit as st
from markupsafe import Markup

from frontend.components.tables import Cell

_FACT = Markup("<dt>{}</dt><dd>{}</dd>")


def facts_html(facts: Iterable[tuple[str, Cell]]) -> Markup:
    """The facts as a definition list."""
    return Markup('<dl class="fl-facts">{}</dl>').format(Markup().join(_FACT.format(*fact) for fact in facts))


def facts(items: Iterable[tuple[str, Cell]]) -> None:
    """Draws the facts."""
    st.html(facts_html(items))
