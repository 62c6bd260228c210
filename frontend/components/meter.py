"""The credits meter at the foot of the sidebar."""

from decimal import Decimal

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from shared.accounts import Me

_LOW_PERCENT = 15
_METER = Markup(
    '<div class="fl-meter"><div><b>{plan} plan</b><span>renews {renewal}</span></div>'
    '<div class="fl-bar{tone}" role="meter" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
    'aria-valuenow="{percent}"><i style="width:{percent}%"></i></div><p>{label}</p></div>'
)


def draw(me: Me) -> None:
    """The plan, when it renews, and what is left of its credits as a bar."""
    left = max(me.balance, Decimal(0))
    percent = share(left, me.entitlement.monthly_credits)
    label = f"{words.allowance(left)} of {words.allowance(me.entitlement.monthly_credits)} credits left"
    st.html(
        _METER.format(
            plan=me.plan.name,
            renewal=words.short_day(me.plan.period_end),
            tone="" if percent > _LOW_PERCENT else " fl-low",
            label=label,
            percent=percent,
        )
    )


def share(left: Decimal, granted: Decimal) -> int:
    """What is left in whole per cent: 0 only when nothing is, at most 100 also with credits granted beside the plan."""
    if left <= 0:
        return 0
    return min(100, max(1, round(left * 100 / granted))) if granted > 0 else 100
