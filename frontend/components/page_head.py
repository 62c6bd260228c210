"""The head of a page: its title, one line of facts, and room for one action at the right."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from markupsafe import Markup

from frontend.components.text import literal

_SUBTITLE = Markup("<p>{}</p>")


@contextmanager
def page_head(title: str, subtitle: str) -> Iterator[None]:
    """Draws the head; what is drawn inside the `with` stands at its right, bottom aligned.

    `subtitle` is plain text: a period, counts, the time of the data.
    """
    with st.container(key="page_head", horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(key="page_title", gap=None):
            st.title(literal(title), anchor=False)
            st.html(_SUBTITLE.format(subtitle))
        with st.container(key="page_action", horizontal=True, horizontal_alignment="right", width="content"):
            yield
