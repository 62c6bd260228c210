"""One person as admins see them, and what can be done."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.components import user_dialogs
from frontend.components.facts import facts
from frontend.components.tables import Cell
from frontend.components.tags import tag
from shared.accounts import UserRole
from shared.admin import AdminUser
from shared.plans import PlanView

_NAME = Markup('<div class="fl-outcome"><h3>{} {}</h3><p>{}</p></div>')
_ROLE, _RESET = "Change role", "Make a reset link"
_SUSPEND, _RESTORE = "Suspend", "End suspension"


def columns(users: Sequence[AdminUser]) -> dict[str, list[str]]:
    """The table of people."""
    return {
        "User": [user.email for user in users],
        "Status": [status(user) for user in users],
        "Plan": [words.family(user.plan) for user in users],
        "Calls": [words.count(user.calls) for user in users],
        "Credits": [words.credits(user.credits) for user in users],
        "Raw cost": [words.dollars(user.raw_cost) for user in users],
    }


def status(user: AdminUser) -> str:
    """What is out of the ordinary of a person: suspended, or more than a user."""
    if user.suspended:
        return "suspended"
    return "" if user.role is UserRole.USER else user.role.value


def user_facts(user: AdminUser, now: datetime) -> list[tuple[str, Cell]]:
    """What is known of a person, without anything they wrote."""
    return [
        ("Plan", words.family(user.plan)),
        ("Role", user.role.value),
        ("Credits left", words.credits(user.balance)),
        ("Used in 30 days", f"{words.credits(user.credits)} credits in {words.plural(user.calls, 'call')}"),
        ("Raw cost, 30 days", words.dollars(user.raw_cost)),
        ("Since", words.day(user.created_at)),
        ("Last seen", "never" if user.last_seen_at is None else words.ago(user.last_seen_at, now)),
    ]


def user_panel(user: AdminUser, plans: Sequence[PlanView], now: datetime, *, may_change: bool) -> None:
    """Draws the panel; the actions only for those who may."""
    with st.container(key="inspector", gap="small"):
        mark = tag("Suspended", "bad") if user.suspended else ""
        st.html(_NAME.format(user.name, mark, user.email))
        facts(user_facts(user, now))
        if may_change:
            _actions(user, plans)


def _actions(user: AdminUser, plans: Sequence[PlanView]) -> None:
    with st.container(key="user_actions", horizontal=True, gap="small"):
        if st.button("Change plan", key="change_plan", disabled=not plans):
            user_dialogs.plan(user, plans)
        if st.button("Grant credits", key="grant"):
            user_dialogs.credits(user)
        own = user.id == state.person().id
        others = [_RESET] if own else [_ROLE, _RESTORE if user.suspended else _SUSPEND, _RESET]
        match st.menu_button("More", others, key="user_more"):
            case "Change role":
                user_dialogs.role(user)
            case "Suspend" | "End suspension":
                user_dialogs.suspension(user)
            case "Make a reset link":
                user_dialogs.reset(user)
