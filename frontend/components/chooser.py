"""A table in which one row is chosen; the address names it, so that it can be shared and survives a reload."""

from collections.abc import Mapping, Sequence

import streamlit as st

from frontend import address, state


def chooser(
    name: str,
    columns: Mapping[str, Sequence[str]],
    ids: Sequence[str],
    *,
    edition: str = "",
    right: Sequence[str] = (),
    widths: Mapping[str, int] | None = None,
    alt: str,
) -> None:
    """Draws the table; `ids` are those of the rows, `right` the columns that are aligned right, `widths` in px.

    A new `edition` (another filter, another page) forgets which row was chosen by hand. On a phone the details are
    not beside the table; a button opens those of the row that is marked from the start.
    """
    key = f"{name}_{edition}_{address.cursor() or 0}"
    named = address.chosen()
    st.dataframe(
        dict(columns),
        hide_index=True,
        height="content",
        key=key,
        on_select=lambda: pick(key, ids),
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [ids.index(named)], "columns": [], "cells": []}}
        if named in ids
        else None,
        column_config={
            each: st.column_config.TextColumn(
                alignment="right" if each in right else None, width=(widths or {}).get(each)
            )
            for each in columns
        },
        alt=alt,
    )
    if ids and named not in ids:
        with st.container(key="to_detail"):
            st.button("Open the marked row", key=f"detail_{name}", on_click=address.choose, args=(ids[0],))


def pick(key: str, ids: Sequence[str]) -> None:
    """Names in the address the row that is selected in the table with this key."""
    row = state.selected_row(key)
    if row is not None and row < len(ids):
        address.choose(ids[row])
