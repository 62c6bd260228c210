"""The credits meter at the foot of the sidebar."""

from decimal import ROUND_DOWN, Decimal

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from shared.accounts import Me

_LOW_PERCENT = 15
_CENT, _TENTH, _MANY = Decimal("0.01"), Decimal("0.1"), Decimal(100)
_METER = Markup(
    '<div class="fl-meter"><div><b>{plan} plan</b><span>renews {renewal}</span></div>'
    '<div class="fl-bar{tone}" role="meter" aria-label="{label}" aria-valuemin="0" aria-valuemax="100" '
    'aria-valuenow="{percent}"><i style="width:{percent}%"></i></div><p>{label}</p></div>'
)


def draw(me: Me) -> None:
    """The plan, when it renews, and what is left of its credits as a bar."""
    left = max(me.balance, Decimal(0))
    percent = share(left, me.entitlement.monthly_credits)
    granted = words.allowance(me.entitlement.monthly_credits)
    label = f"{words.allowance(rounded_down(left))} of {granted} credits left"
    st.html(
        _METER.format(
            plan=me.plan.name,
            renewal=words.short_day(me.plan.period_end),
            tone="" if percent > _LOW_PERCENT else " fl-low",
            label=label,
            percent=percent,
        )
    )


def rounded_down(left: Decimal) -> Decimal:
    """What is left as it is shown: never more than there is."""
    return left.quantize(_CENT if left <= _MANY else _TENTH, ROUND_DOWN)


def share(left: Decimal, granted: Decimal) -> int:
    """What is left in whole per cent: 0 only when nothing is, at most 100 also with credits granted beside the plan."""
    if left <= 0:
        return 0
    return min(100, max(1, round(left * 100 / granted))) if granted > 0 else 100
