"""Plan requests: who asks for what, what it would cost, and the decision."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from markupsafe import Markup

from frontend import address, state
from frontend import format as words
from frontend.client import admin, plans
from frontend.client.http import ApiError
from frontend.components import panels, request_detail
from frontend.components.page_head import page_head
from frontend.components.palette import palette
from frontend.components.plan_request import asked_for
from frontend.components.tags import Tone, tag
from frontend.components.text import literal
from shared.plans import AdminPlanRequest, Decision, PlanView, RequestStatus

_WAITING, _DECIDED = "Waiting", "Decided"
_NOTE_LENGTH = 500


def _rows(requests: Sequence[AdminPlanRequest], current: AdminPlanRequest) -> None:
    for request in requests:
        mark = "current_" if request is current else ""
        with st.container(
            key=f"ask_{mark}{request.id}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"
        ):
            st.button(
                f"**{literal(request.user_name)}** · {literal(asked_for(request))}",
                key=f"asked_{request.id}",
                type="tertiary",
                width="stretch",
                on_click=address.choose,
                args=(str(request.id),),
            )
            st.html(
                Markup('<span class="fl-muted">{}</span>').format(words.short_day(request.created_at)), width="content"
            )


def _facts(request: AdminPlanRequest) -> str:
    asked = words.short_moment(request.created_at, state.zone()).rpartition(":")[0]
    return f"{request.user_email} · {words.family(request.user_plan)} plan · asked {asked}"


def _detail(request: AdminPlanRequest, offered: Sequence[PlanView]) -> None:
    st.subheader(literal(request_detail.title(request)), anchor=False)
    st.html(Markup('<p class="fl-fine">{}</p>').format(_facts(request)))
    request_detail.quote(request)
    request_detail.figures(request)
    request_detail.credits_by_day(request, palette(state.theme()))
    if request.status is RequestStatus.WAITING:
        _decision(request, offered)
    else:
        _answer(request)


def _decision(request: AdminPlanRequest, offered: Sequence[PlanView]) -> None:
    name = _first_name(request.user_name)
    way = st.selectbox(
        "Approve as",
        request_detail.ways(request, offered),
        format_func=lambda each: each.label,
        key=f"way_{request.id}",
    )
    if way is not None:
        st.html(Markup('<p class="fl-fine">{}</p>').format(request_detail.forecast(request, way, offered)))
    with st.form(f"decision_{request.id}", border=False, enter_to_submit=False):
        note = st.text_area(
            f"Note to {name}",
            placeholder="Shown with the decision",
            max_chars=_NOTE_LENGTH,
            key=f"note_{request.id}",
            height=84,
        ).strip()
        trouble = st.container()
        with st.container(horizontal=True, gap="small"):
            approve = st.form_submit_button("Approve", key="approve", type="primary", disabled=way is None)
            decline = st.form_submit_button("Decline", key="decline")
    if decline and not note:
        trouble.error("Say why in the note: it is shown with the decision.")
    elif decline:
        _decide(request, Decision(decision="decline", note=note), trouble)
    elif approve and way is not None:
        _decide(request, Decision(decision="approve", plan=way.plan, model_family=way.family, note=note), trouble)


def _first_name(name: str) -> str:
    first = next(iter(name.split()), "")
    return first if first.isalpha() else "the person"


def _decide(request: AdminPlanRequest, decision: Decision, trouble: "st.delta_generator.DeltaGenerator") -> None:
    try:
        admin.decide(request.id, decision)
    except ApiError as error:
        trouble.error(literal(error.body.message))
        return
    state.say(f"{'Approved' if decision.decision == 'approve' else 'Declined'}: {request.user_name}")
    address.forget()
    st.rerun()


def _answer(request: AdminPlanRequest) -> None:
    tone: Tone = "ok" if request.status is RequestStatus.APPROVED else "bad"
    when = "" if request.decided_at is None else words.moment(request.decided_at, state.zone())
    st.html(
        Markup('<p class="fl-fine">{} by {}, {}</p><p class="fl-body">{}</p>').format(
            tag(request.status.capitalize(), tone), request.decided_by or words.NONE, when, request.note or "No note."
        )
    )


def _subtitle(requests: Sequence[AdminPlanRequest], status: Literal["waiting", "decided"], more: bool) -> str:
    number = f"{len(requests)}{' or more' if more else ''} {status}"
    if status == "decided" or not requests:
        return number
    oldest = min(request.created_at for request in requests).astimezone(state.zone())
    return f"{number}, oldest since {words.long_day(oldest)}, {oldest:%H:%M}"


def _draw() -> None:
    head = st.container(key="head_place")
    status: Literal["waiting", "decided"] = "decided" if state.choice("show", _WAITING) == _DECIDED else "waiting"
    try:
        with panels.loading(36, 420):
            page, offered = admin.plan_requests(status), plans.plans()
    except ApiError as error:
        with head, page_head("Plan requests", "Who asks for more"):
            pass
        panels.failed("Plan requests could not be loaded", error, "Nothing is decided by itself.")
        return
    with head, page_head("Plan requests", _subtitle(page.items, status, page.next is not None)):
        pass
    asked = address.chosen()
    chosen = next((request for request in page.items if str(request.id) == asked), None)
    with st.container(key="stack_chosen" if chosen else "stack_list"):
        listed, shown = st.columns([2, 3], gap="large")
    with listed:
        st.segmented_control(
            "Show", (_WAITING, _DECIDED), default=_WAITING, required=True, key="show", bind="query-params",
            label_visibility="collapsed", on_change=address.forget,
        )  # fmt: skip
        if not page.items:
            text = "A request appears here as soon as somebody asks for a plan or a family."
            panels.empty(f"Nothing {status}", text)
            return
        with st.container(key="asks", gap=None):
            _rows(page.items, chosen or page.items[0])
    with shown:
        with st.container(key="to_list"):
            st.button(
                "All requests", key="back", type="tertiary", icon=":material/arrow_back:", on_click=address.forget
            )
        _detail(chosen or page.items[0], offered)


_draw()
