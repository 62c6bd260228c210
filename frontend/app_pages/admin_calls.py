"""Model calls: which ones there were, and what became of one of them. No prompt text."""

from uuid import UUID

import streamlit as st

from frontend import address, state
from frontend import format as words
from frontend.client import admin
from frontend.client.http import ApiError
from frontend.components import pager, panels
from frontend.components.call_filters import call_filters
from frontend.components.call_table import call_table
from frontend.components.inspector import inspector
from frontend.components.page_head import page_head
from shared.admin import CallRow

_NAME = "calls"
_PER_PAGE = 15


def _draw() -> None:
    now = state.looked_at(_NAME)
    with page_head(
        "Model calls",
        f"As of {words.clock(now, state.zone())}. No prompt text is shown here; only sizes, categories and decisions.",
    ):
        st.button("Refresh", key="refresh", icon=":material/refresh:", on_click=pager.restart, args=(_NAME,))
    try:
        with panels.loading(40, 520):
            wanted = call_filters(_NAME, admin.known_models(), admin.health(), now)
            page = admin.calls(wanted, limit=_PER_PAGE, cursor=address.cursor())
    except ApiError as error:
        panels.failed("Model calls could not be loaded", error, "Calls go on, and all of them are recorded.")
        return
    chosen = address.chosen()
    if not page.items and chosen is None:
        panels.empty("No call matches", "Calls appear here as soon as somebody asks something.")
        return
    with st.container(key="stack_chosen" if chosen else "stack_list"):
        listed, shown = st.columns([11, 9], gap="medium")
    with listed:
        _list(page.items, page.next)
    with shown:
        with st.container(key="to_list"):
            st.button("All calls", key="back", type="tertiary", icon=":material/arrow_back:", on_click=address.forget)
        _detail(chosen or str(page.items[0].request_id))


def _list(calls: list[CallRow], following: str | None) -> None:
    if calls:
        call_table(calls, state.looked_at(_NAME))
    else:
        panels.empty("No call matches", "Change the filters to see others.")
    pager.pager(_NAME, following)


def _detail(request_id: str) -> None:
    try:
        detail = admin.call(UUID(request_id))
    except ValueError:
        panels.empty("No such call", "The address names no request.", key="detail")
    except ApiError as error:
        panels.failed("This call could not be loaded", error, key="detail")
    else:
        inspector(detail, state.zone())


_draw()
