"""Users: who is here, what they cost, and what an admin may change."""

from datetime import UTC, datetime

import streamlit as st

from frontend import address, state
from frontend.client import admin, plans
from frontend.client.http import ApiError
from frontend.components import pager, panels
from frontend.components.chooser import chooser
from frontend.components.page_head import page_head
from frontend.components.user_panel import columns, user_panel
from shared.accounts import UserRole
from shared.admin import AdminUser

_NAME = "users"
_PER_PAGE = 15
_ORDERS: dict[str, admin.UserOrder] = {"Newest": "created", "Raw cost": "raw_cost", "Credits": "credits"}


def _filters() -> tuple[str | None, admin.UserOrder]:
    with st.container(key="filters", horizontal=True, vertical_alignment="center", gap="small"):
        q = st.text_input(
            "Name or address", type="search", placeholder="Name or address", icon=":material/search:", key="q",
            width=230, label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(_NAME,),
        )  # fmt: skip
        order = st.segmented_control(
            "Order", list(_ORDERS), default="Newest", required=True, key="order",
            label_visibility="collapsed", bind="query-params", on_change=pager.restart, args=(_NAME,),
        )  # fmt: skip
    return q or None, _ORDERS[order]


def _list(users: list[AdminUser], following: str | None, edition: str) -> None:
    chooser(
        _NAME,
        columns(users),
        [str(user.id) for user in users],
        edition=edition,
        widths={"User": 210},
        right=("Calls", "Credits", "Raw cost"),
        alt="Users with their use of the last 30 days",
    )
    pager.pager(_NAME, following, "Previous", "Next")


def _draw() -> None:
    with page_head("Users", "Calls, credits and raw cost are of the last 30 days."):
        pass
    q, order = _filters()
    try:
        with panels.loading(520):
            page, offered = admin.users(q=q, sort=order, limit=_PER_PAGE, cursor=address.cursor()), plans.plans()
    except ApiError as error:
        panels.failed("Users could not be loaded", error, "Nobody is signed out by this.")
        return
    if not page.items:
        panels.empty("Nobody matches", "Change the search to see others.")
        return
    named = address.chosen()
    chosen = next((user for user in page.items if str(user.id) == named), None)
    with st.container(key="stack_chosen" if chosen else "stack_list"):
        listed, shown = st.columns([3, 2], gap="medium")
    with listed:
        _list(page.items, page.next, f"{q}_{order}")
    with shown:
        with st.container(key="to_list"):
            st.button("All users", key="back", type="tertiary", icon=":material/arrow_back:", on_click=address.forget)
        may_change = state.person().role is UserRole.ADMIN
        user_panel(chosen or page.items[0], offered, datetime.now(UTC), may_change=may_change)


_draw()
