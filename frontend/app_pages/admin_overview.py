"""Overview: the last 24 hours at a glance, refreshed by itself."""

from datetime import UTC, datetime

import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client import admin
from frontend.client.http import ApiError, NotSignedIn
from frontend.components import panels
from frontend.components.attention import attention
from frontend.components.health_board import health_board
from frontend.components.page_head import page_head
from frontend.components.section import section
from frontend.components.stat_strip import Figure, stat_strip
from frontend.components.tables import Column, table
from shared.accounts import UserRole
from shared.admin import ExpensiveUser, Overview

_EVERY_SECONDS = 10
_COLUMNS = (
    Column("User", wide=True),
    Column("Calls", number=True),
    Column("Credits", number=True),
    Column("Raw cost", number=True),
)


def _figures(seen: Overview) -> list[Figure]:
    active = sum(each.status == "active" for each in seen.providers)
    asked = seen.calls + seen.blocked
    ratio = f"{words.credits(seen.credits / seen.raw_cost)} for each $ spent" if seen.raw_cost else "nothing spent"
    return [
        Figure("Calls", words.count(seen.calls), f"{words.count(seen.failed)} failed, {seen.active_requests} running"),
        Figure("Provider spend", words.dollars(seen.raw_cost), f"raw cost, {words.plural(active, 'provider')}"),
        Figure("Credits shown", words.credits(seen.credits), ratio),
        Figure("Fallback rate", words.percent(seen.fallback_rate), "answered by another model"),
        Figure(
            "Refused", words.percent(seen.blocked / asked if asked else 0), f"{words.count(seen.blocked)} by risk rules"
        ),
    ]


def _expensive(users: list[ExpensiveUser]) -> None:
    section("Expensive users", "last 30 days")
    if not users:
        panels.empty("No calls in 30 days", "People appear here by what their calls cost.", key="expensive")
        return
    rows = [
        (user.email, words.count(user.calls), words.credits(user.credits), words.dollars(user.raw_cost))
        for user in users
    ]
    table(_COLUMNS, rows, "Expensive users")


def _body(seen: Overview, role: UserRole) -> None:
    stat_strip(_figures(seen))
    section("Providers", "last 15 minutes")
    if seen.providers:
        health_board(seen.providers)
    else:
        panels.empty("No providers yet", "A provider appears here once it is in the catalogue.", key="providers")
    users, needs = st.columns([3, 2], gap="medium")
    with users:
        _expensive(seen.expensive_users)
    with needs:
        section("Needs attention")
        if seen.attention:
            attention(seen.attention, role)
        else:
            st.html('<p class="fl-fine">Nothing right now.</p>')


@st.fragment(run_every=_EVERY_SECONDS)
def _refreshed(role: UserRole) -> None:
    now = words.clock(datetime.now(UTC), state.zone())
    try:
        with panels.loading(96, 200, 200):
            seen = admin.overview()
    except NotSignedIn:
        st.rerun()
    except ApiError as error:
        with page_head("Overview", f"Last 24 hours. Tried {now}, every {_EVERY_SECONDS} s"):
            pass
        panels.failed("The overview could not be loaded", error, "Chats are not affected.")
        return
    people = f"{words.plural(seen.users, 'user')}, {words.plural(seen.active_models, 'active model')}"
    with page_head("Overview", f"Last 24 hours. {people}. Updated {now}, every {_EVERY_SECONDS} s"):
        pass
    _body(seen, role)


_refreshed(state.person().role)
