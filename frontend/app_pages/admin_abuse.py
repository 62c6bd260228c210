"""Abuse: whose prompts are blocked or costly again and again, what follows from it, and what an admin may do."""

from datetime import UTC, datetime

import streamlit as st

from frontend import address, state
from frontend.client import abuse
from frontend.client.http import ApiError
from frontend.components import abuse_dialogs, pager, panels
from frontend.components.abuse_panel import abuse_panel, columns
from frontend.components.chooser import chooser
from frontend.components.page_head import page_head
from shared.abuse import AbuseKind, AbuseStep
from shared.accounts import UserRole

_NAME = "abuse"
_PER_PAGE = 15
_KINDS = {"All": None, "People": AbuseKind.USER, "API keys": AbuseKind.KEY, "Addresses": AbuseKind.ADDRESS}
_STEPS = {"Any step": None, "Slowed": AbuseStep.SLOWED, "Paused": AbuseStep.PAUSED}


def _filters() -> tuple[AbuseKind | None, AbuseStep | None]:
    with st.container(key="filters", horizontal=True, vertical_alignment="center", gap="small"):
        kind = st.segmented_control(
            "Kind", list(_KINDS), default="All", required=True, key="kind", label_visibility="collapsed",
            bind="query-params", on_change=pager.restart, args=(_NAME,),
        )  # fmt: skip
        step = st.segmented_control(
            "Step", list(_STEPS), default="Any step", required=True, key="step", label_visibility="collapsed",
            bind="query-params", on_change=pager.restart, args=(_NAME,),
        )  # fmt: skip
    return _KINDS[kind], _STEPS[step]


def _rules() -> None:
    if st.button("Rules", key="rules", icon=":material/tune:"):
        try:
            now = abuse.rules().rules
        except ApiError as error:
            state.say(error.body.message)
            return
        abuse_dialogs.rules(now)


def _draw() -> None:
    may_change = state.person().role is UserRole.ADMIN
    with page_head("Abuse", "Blocked and costly prompts raise a score, which fades. No prompt can be read here."):
        if may_change:
            _rules()
    kind, step = _filters()
    try:
        with panels.loading(520):
            page = abuse.subjects(kind=kind, step=step, limit=_PER_PAGE, cursor=address.cursor())
            named = address.chosen()
            chosen = next((each for each in page.items if str(each.id) == named), None)
            first = chosen or (page.items[0] if page.items else None)
            detail = None if first is None else abuse.subject(first.id)
    except ApiError as error:
        panels.failed("Scores could not be loaded", error, "Who is paused stays paused, and nobody else is.")
        return
    if detail is None:
        panels.empty(
            "Nobody has a score", "People, API keys and addresses appear here once a prompt of theirs is blocked."
        )
        return
    with st.container(key="stack_chosen" if chosen else "stack_list"):
        listed, shown = st.columns([3, 2], gap="medium")
    with listed:
        chooser(
            _NAME,
            columns(page.items, state.zone()),
            [str(each.id) for each in page.items],
            edition=f"{kind}_{step}",
            widths={"Who": 210},
            right=("Score",),
            alt="Who has a score, the highest first",
        )
        pager.pager(_NAME, page.next, "Previous", "Next")
    with shown:
        with st.container(key="to_list"):
            st.button("Everybody", key="back", type="tertiary", icon=":material/arrow_back:", on_click=address.forget)
        abuse_panel(detail, datetime.now(UTC), state.zone(), may_change=may_change)


_draw()
