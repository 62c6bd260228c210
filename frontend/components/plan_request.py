"""Asking for more: the dialog, and the list of what was asked."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.client import plans
from frontend.client.http import ApiError
from frontend.components.tables import Cell, Column, table
from frontend.components.tags import Tone, tag
from frontend.components.text import literal
from shared.plans import PlanRequestView, PlanView, RequestStatus

REASON_LENGTH = 500
_TONES: dict[RequestStatus, Tone] = {
    RequestStatus.WAITING: "warn",
    RequestStatus.APPROVED: "ok",
    RequestStatus.DECLINED: "bad",
}
_COLUMNS = (Column("Sent"), Column("Asked for"), Column("Status"), Column("Answer", wide=True))


def asked_for(request: PlanRequestView) -> str:
    """`Pro plan` or `Reasoning family`."""
    if request.model_family is not None:
        return f"{words.family(request.model_family)} family"
    return f"{request.plan_name or request.plan or 'Higher'} plan"


def ask_for_plan(plan: PlanView) -> None:
    """Opens the dialog that asks for a plan."""
    _dialog(f"Request the {plan.name} plan", plan=plan.slug)


def ask_for_family(family: str) -> None:
    """Opens the dialog that asks for one assistant family beside the plan."""
    _dialog(f"Request the {words.family(family)} family", family=family)


def request_table(requests: Sequence[PlanRequestView]) -> None:
    """Draws what was asked, when, and what came of it."""
    table(_COLUMNS, [_row(request) for request in requests], "Your requests")


def _row(request: PlanRequestView) -> list[Cell]:
    return [
        words.day(request.created_at),
        asked_for(request),
        tag(request.status.capitalize(), _TONES[request.status]),
        _answer(request),
    ]


def _answer(request: PlanRequestView) -> Markup:
    if request.status is RequestStatus.WAITING:
        return Markup("<small>Not answered yet</small>")
    note = Markup("\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK} ").format(request.note)
    return (note if request.note else Markup()) + Markup("<small>{}</small>").format(request.decided_by or "")


def _dialog(title: str, *, plan: str | None = None, family: str | None = None) -> None:
    @st.dialog(literal(title), on_dismiss="rerun")
    def ask() -> None:
        st.html(
            '<p class="fl-lead">An admin sees your reason and your usage of the last 30 days, never your prompts.</p>'
        )
        with st.form("plan_form", border=False, enter_to_submit=False):
            reason = st.text_area("Reason", max_chars=REASON_LENGTH, key="plan_reason", height=96)
            trouble = st.container()
            with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
                cancelled = st.form_submit_button("Cancel", key="plan_cancel")
                sent = st.form_submit_button("Send request", key="plan_send", type="primary")
        if cancelled:
            st.rerun()
        if sent and (problem := _sent(reason.strip(), plan, family)) is not None:
            trouble.error(literal(problem))
        elif sent:
            st.rerun()

    ask()


def _sent(reason: str, plan: str | None, family: str | None) -> str | None:
    """None when the request is on its way, else what stands in the way."""
    if not reason:
        return "Say what you need it for: an admin decides by it."
    try:
        if plan is not None:
            plans.ask_for_plan(plan, reason)
        elif family is not None:
            plans.ask_for_family(family, reason)
    except ApiError as error:
        return error.body.message
    state.say("Request sent")
    return None
