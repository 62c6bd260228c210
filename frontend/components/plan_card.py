"""A plan as people compare it: what it adds to the one below, and what it does not have."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.tags import tag
from shared.plans import PlanView

_CARD = Markup(
    '<div class="fl-plan"><h3>{name}{tag}</h3>'
    '<p class="fl-amount"><b>{credits}</b> credits a month</p><ul>{has}{lacks}</ul></div>'
)
_HAS = Markup("<li>{}</li>")
_LACKS = Markup('<li class="fl-lacks">{}</li>')


def has(plan: PlanView, below: PlanView | None) -> list[str]:
    """What the plan has, told as what it adds to the plan below where it holds all of that."""
    lines: list[str] = []
    families = list(plan.families)
    if below is not None and set(below.families) <= set(families):
        lines.append(f"All of {below.name}")
        families = [family for family in families if family not in below.families]
    if families:
        lines.append(", ".join(words.family(family) for family in families))
    if plan.models is None:
        lines.append("Every model on this server")
    else:
        lines.append(words.plural(len(plan.models), "model"))
    lines.append(f"{words.size(plan.max_context)} tokens per conversation")
    if plan.task_categories is not None:
        lines.append("Only " + ", ".join(words.family(category.value).lower() for category in plan.task_categories))
    return lines + _limits(plan)


def lacks(plan: PlanView, plans: Sequence[PlanView]) -> list[str]:
    """Assistant families that another plan has."""
    every = dict.fromkeys(family for each in plans for family in each.families)
    return [f"No {words.family(family)}" for family in every if family not in plan.families]


def plan_card_html(plan: PlanView, below: PlanView | None, plans: Sequence[PlanView]) -> Markup:
    """The card without its button."""
    return _CARD.format(
        name=plan.name,
        tag=tag("Your plan", "accent") if plan.current else "",
        credits=words.allowance(plan.monthly_credits),
        has=Markup().join(_HAS.format(line) for line in has(plan, below)),
        lacks=Markup().join(_LACKS.format(line) for line in lacks(plan, plans)),
    )


def plan_card(plan: PlanView, below: PlanView | None, plans: Sequence[PlanView]) -> None:
    """Draws the card without its button."""
    st.html(plan_card_html(plan, below, plans))


def _limits(plan: PlanView) -> list[str]:
    limits = plan.limits
    lines = []
    if limits.requests_per_minute is not None:
        lines.append(f"{words.plural(limits.requests_per_minute, 'request')} a minute")
    if limits.concurrent_chats is not None:
        lines.append(f"{words.plural(limits.concurrent_chats, 'answer')} at the same time")
    if limits.concurrent_chats_per_key is not None:
        lines.append(f"{words.plural(limits.concurrent_chats_per_key, 'answer')} at the same time for each key")
    if limits.credits_per_day is not None:
        lines.append(f"At most {words.allowance(limits.credits_per_day)} credits a day")
    return lines
