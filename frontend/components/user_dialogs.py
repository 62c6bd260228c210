"""What an admin does to one person: plan, credits, role, suspension, a link to a new password."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.client import admin
from frontend.client.http import ApiError
from frontend.components.reason_dialog import Unusable, Write, reason_dialog
from frontend.components.text import literal
from shared.accounts import UserRole
from shared.admin import AdminUser, UserPatch
from shared.plans import PlanView

_MOST_CREDITS = 1_000_000_000


def plan(user: AdminUser, plans: Sequence[PlanView]) -> None:
    """Asks for another plan."""

    def fields() -> Write:
        others = [each for each in plans if user.plan not in (each.slug, each.name)]
        chosen = st.selectbox("Plan", others, format_func=lambda each: each.name, key="user_plan")

        def write(reason: str) -> str:
            if chosen is None:
                raise Unusable("There is no other plan.")
            admin.change_plan(user.id, chosen.slug, reason)
            return f"{user.name} is on {chosen.name}"

        return write

    lead = f"{user.name} is on {words.family(user.plan)}. The new plan applies to the next call."
    reason_dialog(f"Change the plan of {user.name}", lead, "Change plan", fields)


def credits(user: AdminUser) -> None:
    """Asks how many credits to give beside the plan."""

    def fields() -> Write:
        text = st.text_input("Credits", key="user_credits", placeholder="500")

        def write(reason: str) -> str:
            left = admin.grant(user.id, parsed_credits(text), reason).balance
            return f"{user.name} has {words.credits(left)} credits"

        return write

    lead = "They count until the month ends. A negative amount takes back, never below zero."
    reason_dialog(
        f"Grant credits to {user.name}", lead, "Grant", fields, example="For example: the outage of 3 November"
    )


def parsed_credits(text: str) -> Decimal:
    """The amount typed in, exact. Raises `Unusable`."""
    try:
        amount = Decimal(text.strip().replace(",", "").replace(words.MINUS, "-"))
    except InvalidOperation:
        raise Unusable(f"{text!r} is not an amount of credits.") from None
    if not amount.is_finite() or amount == 0 or abs(amount) > _MOST_CREDITS:
        raise Unusable(f"Give an amount other than zero, at most {words.count(_MOST_CREDITS)}.")
    return amount


def role(user: AdminUser) -> None:
    """Asks for another role."""

    def fields() -> Write:
        chosen = st.segmented_control(
            "Role", [each.value for each in UserRole], default=user.role.value, required=True, key="user_role"
        )

        def write(reason: str) -> str:
            admin.change_user(UserPatch(id=user.id, role=UserRole(chosen), reason=reason))
            return f"{user.name} is {chosen} now"

        return write

    lead = "Support sees calls, users and the audit log, and changes nothing. Admins may do everything."
    reason_dialog(f"Change the role of {user.name}", lead, "Change role", fields)


def suspension(user: AdminUser) -> None:
    """Asks before a person is suspended or let in again."""
    wanted = not user.suspended

    def write(reason: str) -> str:
        admin.change_user(UserPatch(id=user.id, suspended=wanted, reason=reason))
        return f"{user.name} is {'suspended' if wanted else 'not suspended any more'}"

    if wanted:
        lead = "Every session and key ends at once. Conversations are kept."
        reason_dialog(f"Suspend {user.name}", lead, "Suspend", lambda: write)
    else:
        lead = "Signing in works again at once."
        reason_dialog(f"End the suspension of {user.name}", lead, "End suspension", lambda: write)


def reset(user: AdminUser) -> None:
    """Makes a one-time link after a click, and shows it this once."""

    @st.dialog(literal(f"A new password for {user.name}"), on_dismiss="rerun")
    def ask() -> None:
        st.html('<p class="fl-lead">The link works once and for 24 hours. It is shown here only.</p>')
        if not st.button("Make a reset link", key="reset_make", type="primary"):
            return
        try:
            link = admin.reset_link(user.id)
        except ApiError as error:
            st.error(literal(error.body.message))
            return
        st.code(f"{state.origin()}{link.path}", language=None, wrap_lines=True)
        until = words.moment(link.expires_at, state.zone())
        st.html(Markup('<p class="fl-fine">Valid until {}.</p>').format(until))

    ask()
