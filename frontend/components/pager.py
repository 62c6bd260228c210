"""Newer and Older: paging through a list that is known by cursors only."""

import streamlit as st

from frontend import address, state


def restart(name: str) -> None:
    """Goes back to the first page as of now, as every change of a filter must."""
    address.turn_to(None)
    state.newer_pages(name).clear()
    state.look_again(name)


def pager(name: str, following: str | None, newer: str = "Newer", older: str = "Older") -> None:
    """Draws the two buttons (`following` is the next page's cursor), or nothing where there is only one page."""
    if address.cursor() is None and following is None:
        return
    with st.container(key=f"pager_{name}", horizontal=True, gap="small"):
        st.button(
            newer,
            key=f"newer_{name}",
            icon=":material/chevron_left:",
            disabled=address.cursor() is None,
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
    state.newer_pages(name).append(address.cursor() or "")
    address.turn_to(following)


def _to_newer(name: str) -> None:
    passed = state.newer_pages(name)
    address.turn_to(passed.pop() if passed else None)
