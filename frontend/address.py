"""What a page's address says beside its path: the chosen entry of a list, and which page of the list is shown."""

import streamlit as st

_CHOSEN, _BEFORE = "id", "before"


def chosen() -> str | None:
    """The id of the chosen entry."""
    return st.query_params.get(_CHOSEN)


def choose(entry: str) -> None:
    """Names another entry."""
    st.query_params[_CHOSEN] = entry


def forget() -> None:
    """Names no entry."""
    st.query_params.pop(_CHOSEN, None)


def cursor() -> str | None:
    """The cursor of the page to show; None for the first."""
    return st.query_params.get(_BEFORE)


def turn_to(cursor: str | None) -> None:
    """Shows another page of the list; the entry chosen on this one is forgotten."""
    forget()
    if cursor:
        st.query_params[_BEFORE] = cursor
    else:
        st.query_params.pop(_BEFORE, None)
