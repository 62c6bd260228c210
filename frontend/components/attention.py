"""What needs somebody's attention, each with a link to the place where it is put right."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend.navigation import ABUSE, CALLS, MODELS, PROVIDERS, REQUESTS, Entry
from shared.accounts import UserRole

_PLACES: tuple[tuple[tuple[str, ...], Entry], ...] = (
    (("under abuse",), ABUSE),
    (("circuit",), PROVIDERS),
    (("request",), REQUESTS),
    (("key",), PROVIDERS),
    (("price", "model"), MODELS),
    (("circuit", "provider", "fail", "error", "fallback"), CALLS),
)
_ENTRY = Markup('<div class="fl-attention"><p><b>{}</b></p><p>{}</p></div>')


def split(text: str) -> tuple[str, str]:
    """The first clause as a headline, and what follows it."""
    head, found, rest = text.partition(". ")
    return (head, rest) if found else (text.removesuffix("."), "")


def place(text: str, role: UserRole) -> Entry | None:
    """The page that helps with it, if this role may open it."""
    lower = text.lower()
    found = (entry for marks, entry in _PLACES if any(mark in lower for mark in marks))
    return next((entry for entry in found if entry.open_to(role)), None)


def attention(texts: Sequence[str], role: UserRole) -> None:
    """Draws each entry with its link."""
    for number, text in enumerate(texts):
        with st.container(key=f"attention_{number}", gap=None):
            st.html(_ENTRY.format(*split(text)))
            entry = place(text, role)
            if entry is not None and entry.source.exists():
                st.page_link(entry.source, label=f"Open {entry.title.lower()}")
