"""Audit log: who changed what, when and why."""

import streamlit as st

from frontend import address, state
from frontend import format as words
from frontend.client import admin
from frontend.client.http import ApiError
from frontend.components import pager, panels
from frontend.components.audit_panel import audit_panel, columns
from frontend.components.chooser import chooser
from frontend.components.page_head import page_head

_NAME = "audit"
_PER_PAGE = 15


def _filter(label: str, key: str) -> str | None:
    text = st.text_input(
        label, type="search", placeholder=label, key=key, width=190, label_visibility="collapsed", bind="query-params",
        on_change=pager.restart, args=(_NAME,),
    )  # fmt: skip
    return (text or "").strip() or None


def _draw() -> None:
    now = words.clock(state.looked_at(_NAME), state.zone())
    with page_head("Audit log", f"As of {now}. Kept for good; nothing here can be changed."):
        st.button("Refresh", key="refresh", icon=":material/refresh:", on_click=pager.restart, args=(_NAME,))
    with st.container(key="filters", horizontal=True, gap="small"):
        actor, action, subject = _filter("Who", "who"), _filter("What", "what"), _filter("Subject", "subject")
    try:
        with panels.loading(520):
            page = admin.audit(actor=actor, action=action, subject=subject, limit=_PER_PAGE, cursor=address.cursor())
    except ApiError as error:
        panels.failed("The audit log could not be loaded", error, "Entries are still being written.")
        return
    if not page.items:
        panels.empty("No entry matches", "Entries appear here with every change an admin makes.")
        return
    named = address.chosen()
    chosen = next((row for row in page.items if str(row.id) == named), None)
    with st.container(key="stack_chosen" if chosen else "stack_list"):
        listed, shown = st.columns([3, 2], gap="medium")
    with listed:
        ids = [str(row.id) for row in page.items]
        chooser(
            _NAME,
            columns(page.items, state.zone()),
            ids,
            edition=now,
            widths={"Who": 160, "What": 150},
            alt="Changes, newest first",
        )
        pager.pager(_NAME, page.next)
    with shown:
        with st.container(key="to_list"):
            st.button("All entries", key="back", type="tertiary", icon=":material/arrow_back:", on_click=address.forget)
        audit_panel(chosen or page.items[0], state.zone())


_draw()
