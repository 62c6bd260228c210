"""The product's mark and its style sheet."""

from functools import lru_cache
from pathlib import Path

import streamlit as st

from frontend import state

_HERE = Path(__file__).parent
_STYLE = _HERE.parent / "style.css"
_COLOURS = {"light": ("#182226", "#0F5D73"), "dark": ("#E3E8E8", "#6DB9C9")}


@lru_cache
def logo(theme: state.Theme) -> str:
    """The mark with the word, as an SVG drawn for a theme."""
    ink, accent = _COLOURS[theme]
    return (_HERE / "logo.svg").read_text().replace("INK", ink).replace("ACCENT", accent)


def style() -> None:
    """The style sheet, with the colour scheme of this run for what is drawn outside the page's own element."""
    st.html(f"<style>{_sheet()}:root{{color-scheme:{state.theme()}}}</style>")


@lru_cache
def _sheet() -> str:
    return _STYLE.read_text()


def draw() -> None:
    """The mark with the word, where there is no sidebar to carry it."""
    st.image(logo(state.theme()), width=148)
