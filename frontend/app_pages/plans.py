"""Plans: what each one holds, asking for another, and what became of it."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.client import plans
from frontend.client.http import ApiError
from frontend.components import panels, plan_request
from frontend.components.page_head import page_head
from frontend.components.plan_card import plan_card
from frontend.components.section import section
from shared.accounts import Me
from shared.plans import PlanRequestView, PlanView, RequestStatus


def _draw() -> None:
    try:
        with panels.loading(380, 40, 40):
            offered, asked = plans.plans(), plans.requests()
    except ApiError as error:
        panels.failed("Plans could not be loaded", error, "Your plan and your credits are not affected.")
        return
    if not offered:
        panels.empty("No plans yet", "Plans appear here once an admin of this server has made one.")
        return
    _cards(offered, asked, state.person())
    section("Your requests")
    if asked:
        plan_request.request_table(asked)
    else:
        panels.empty("Nothing asked for yet", "A request appears here with its answer.", key="requests")
    _linked(offered)


def _cards(offered: Sequence[PlanView], asked: Sequence[PlanRequestView], me: Me) -> None:
    waiting = {request.plan for request in asked if request.status is RequestStatus.WAITING}
    own = next((plan.rank for plan in offered if plan.current), None)
    above = [plan for plan in offered if own is None or plan.rank > own]
    for row in range(0, len(offered), 3):
        for column, plan in zip(st.columns(3, gap="small"), offered[row : row + 3], strict=False):
            place = offered.index(plan)
            with column, st.container(key=f"plan{'_current' if plan.current else ''}_{plan.slug}", height="stretch"):
                plan_card(plan, offered[place - 1] if place else None, offered)
                st.space("stretch")
                if plan.current:
                    left = f"{words.credits(me.balance)} credits left, renews {words.long_day(me.plan.period_end)}"
                    st.html(Markup('<p class="fl-plan-foot">{}</p>').format(left))
                elif st.button(
                    "Request sent" if waiting & {plan.slug, str(plan.id)} else f"Request {plan.name}",
                    key=f"request_{plan.slug}",
                    type="primary" if above and plan is above[0] else "secondary",
                    disabled=bool(waiting & {plan.slug, str(plan.id)}),
                    width="stretch",
                ):
                    plan_request.ask_for_plan(plan)


def _linked(offered: Sequence[PlanView]) -> None:
    family, slug = st.query_params.get("family"), st.query_params.get("plan")
    if family is None and slug is None:
        return
    st.query_params.clear()
    plan = next((plan for plan in offered if plan.slug == slug), None)
    if plan is not None:
        plan_request.ask_for_plan(plan)
    elif family is not None and any(family in each.families for each in offered):
        plan_request.ask_for_family(family)


with page_head("Plans", "Your admin decides on requests. Nothing here takes a payment."):
    pass
_draw()
