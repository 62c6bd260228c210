"""The heading of a section, with a note at its right."""

import streamlit as st
from markupsafe import Markup

from frontend.components.text import literal


def section(title: str, note: str = "") -> None:
    """Draws the heading; sections side by side align whether they have a note or not."""
    key = f"section_{title.lower().replace(' ', '_')}"
    with st.container(key=key, horizontal=True, vertical_alignment="bottom", gap="small"):
        st.subheader(literal(title), anchor=False, width="stretch")
        if note:
            st.html(Markup('<p class="fl-section-note">{}</p>').format(note), width="content")
