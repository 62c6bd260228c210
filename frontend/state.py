"""What one browser tab remembers between runs, and what it says of itself. Truth lives in the API and the address."""

from typing import Literal

import streamlit as st

from shared.paths import SESSION_COOKIE

Theme = Literal["light", "dark"]


def session_token() -> str | None:
    """The session cookie as it was when the page was loaded."""
    return st.context.cookies.get(SESSION_COOKIE) or None


def client_address() -> str | None:
    """The browser's address; absent when it is this machine."""
    return st.context.ip_address


def theme() -> Theme:
    """The theme in force at the start of this run."""
    return "dark" if st.context.theme.type == "dark" else "light"


def enter(page: str) -> None:
    """Notes which page this run draws."""
    st.session_state["_arrived"] = st.session_state.get("_page") != page
    st.session_state["_page"] = page


def arrived() -> bool:
    """Whether this run is the first on its page: nothing of the page is on the screen yet."""
    return bool(st.session_state.get("_arrived", True))


def say(text: str) -> None:
    """Shows a toast after the next rerun."""
    st.session_state.setdefault("_toasts", []).append(text)


def said() -> list[str]:
    """Toasts to show now; each is given out once."""
    return list(st.session_state.pop("_toasts", []))
