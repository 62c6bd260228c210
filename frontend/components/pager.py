"""Newer and Older: paging through a list that is known by cursors only. The address names the present page."""

import streamlit as st

from frontend import state

_PARAMETER = "before"


def cursor() -> str | None:
    """The cursor of the page to show; None for the first."""
    return st.query_params.get(_PARAMETER)


def restart(name: str) -> None:
    """Goes back to the first page, as every change of a filter must."""
    st.query_params.pop(_PARAMETER, None)
    state.newer_pages(name).clear()


def pager(name: str, following: str | None, newer: str = "Newer", older: str = "Older") -> None:
    """Draws the two buttons (`following` is the next page's cursor), or nothing where there is only one page."""
    if cursor() is None and following is None:
        return
    with st.container(key=f"pager_{name}", horizontal=True, gap="small"):
        st.button(
            newer,
            key=f"newer_{name}",
            icon=":material/chevron_left:",
            disabled=cursor() is None,
            on_click=_to_newer,
            args=(name,),
        )
        st.button(
            older,
            key=f"older_{name}",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=following is None,
            on_click=_to_older,
            args=(name, following),
        )


def _to_older(name: str, following: str | None) -> None:
    if following is not None:
        state.newer_pages(name).append(cursor() or "")
        st.query_params[_PARAMETER] = following


def _to_newer(name: str) -> None:
    passed = state.newer_pages(name)
    previous = passed.pop() if passed else ""
    if previous:
        st.query_params[_PARAMETER] = previous
    else:
        st.query_params.pop(_PARAMETER, None)
