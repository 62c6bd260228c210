"""A plan request with what an admin needs to decide it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import altair as alt
import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.palette import Palette
from frontend.components.plan_request import asked_for
from frontend.components.stat_strip import Figure, stat_strip
from shared.plans import AdminPlanRequest, PlanView

_QUOTE = Markup(
    '<blockquote class="fl-quote">\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK}</blockquote>'
)


class Way(NamedTuple):
    """One way to approve: a plan, or the present plan with a family added."""

    label: str
    plan: str | None
    family: str | None


def ways(request: AdminPlanRequest, plans: Sequence[PlanView]) -> list[Way]:
    """Every way to approve, what was asked for first."""
    present = next((plan.name for plan in plans if plan.slug == request.user_plan), words.family(request.user_plan))
    found = [Way(plan.name, plan.slug, None) for plan in plans if plan.slug != request.user_plan]
    families = dict.fromkeys(family for plan in plans for family in plan.families)
    own = next((plan.families for plan in plans if plan.slug == request.user_plan), [])
    found += [
        Way(f"{present} with {words.family(family)} added", None, family) for family in families if family not in own
    ]
    asked = [way for way in found if _asked(way, request)]
    return asked + [way for way in found if way not in asked]


def forecast(request: AdminPlanRequest, way: Way, plans: Sequence[PlanView]) -> str:
    """What approving may cost at most, as far as it can be known."""
    plan = next((plan for plan in plans if plan.slug == (way.plan or request.user_plan)), None)
    granted = request.monthly_credits if plan is None or way.plan is None else plan.monthly_credits
    if not request.credits_30_days:
        return (
            f"If approved: {words.allowance(granted)} credits a month. The raw cost is not known: no calls in 30 days."
        )
    cost = (granted * request.raw_cost_30_days / request.credits_30_days).quantize(Decimal("0.01"))
    return (
        f"If approved: {words.allowance(granted)} credits a month, at most {words.dollars(cost)} raw cost "
        "at the present mix of models."
    )


def title(request: AdminPlanRequest) -> str:
    """`Mara Lindqvist asks for the Reasoning family`."""
    return f"{request.user_name} asks for the {asked_for(request)}"


def quote(request: AdminPlanRequest) -> None:
    """Draws the reason."""
    st.html(_QUOTE.format(request.reason))


def figures(request: AdminPlanRequest) -> None:
    """Draws what the person used in 30 days."""
    stat_strip(
        [
            Figure(
                "Credits, 30 days",
                words.credits(request.credits_30_days),
                f"of {words.allowance(request.monthly_credits)}",
            ),
            Figure("Raw cost", words.dollars(request.raw_cost_30_days), "30 days"),
            Figure("Calls", words.count(request.calls_30_days), "30 days"),
        ]
    )


def credits_by_day(request: AdminPlanRequest, colours: Palette) -> None:
    """Draws the line of 30 days."""
    if not any(request.credits_by_day):
        return
    st.html('<p class="fl-fine">Credits by day, 30 days</p>')
    top = max(request.credits_by_day)
    st.altair_chart(
        line(request.credits_by_day, colours), alt=f"Credits by day over 30 days, at most {words.credits(top)}."
    )


def line(amounts: Sequence[Decimal], colours: Palette) -> alt.Chart:
    """A line without axes."""
    rows = [{"day": number, "credits": float(amount)} for number, amount in enumerate(amounts)]
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(color=colours.accent, strokeWidth=1.75)
        .encode(
            x=alt.X("day:Q", axis=None, scale=alt.Scale(nice=False)),
            y=alt.Y("credits:Q", axis=None, scale=alt.Scale(zero=True)),
        )
        .properties(height=56)
    )
    return chart


def _asked(way: Way, request: AdminPlanRequest) -> bool:
    if request.model_family is not None:
        return way.family == request.model_family
    return request.plan is not None and way.plan == request.plan
