"""Usage: what was used, what is left, and where it goes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from frontend import format as words
from frontend import state
from frontend.client.http import ApiError
from frontend.client.usage import usage
from frontend.components import panels
from frontend.components.burn_down import burn_down, pace
from frontend.components.daily_bars import daily_bars
from frontend.components.page_head import page_head
from frontend.components.palette import palette
from frontend.components.section import section
from frontend.components.stat_strip import Figure, stat_strip
from frontend.components.usage_table import usage_csv, usage_table
from frontend.navigation import CHAT
from frontend.periods import THIS_MONTH, USAGE_PERIODS, Period, usage_period
from shared.usage import DayAndAssistant, Usage


def _draw(period: Period, now: datetime) -> None:
    try:
        with panels.loading(96, 300, 220):
            used = usage(period.first, period.until)
            whole_month = _credit_period(used, period, now)
    except ApiError as error:
        panels.failed("Usage could not be loaded", error, "Your balance and calls are not affected.")
        return
    stat_strip(_figures(used, _limit(used, period), now))
    if not used.total.calls:
        if panels.empty("No calls in this period", "Usage appears here a few seconds after the first answer.").button(
            "Start a chat"
        ):
            st.switch_page(CHAT.source)
        return
    days, balance = st.columns([3, 2], gap="medium")
    colours = palette(state.theme())
    with days:
        section("Credits by day and assistant")
        daily_bars(used.by_day_and_assistant, period.first.date(), period.last, colours)
    with balance:
        section("Balance" if period.first == used.credit_period["from"] else "Balance this month")
        burn_down(used, whole_month, now, colours)
    with st.container(key="by_model_head", horizontal=True, vertical_alignment="bottom"):
        st.subheader("By model", anchor=False, width="stretch")
        st.download_button(
            "Export CSV",
            usage_csv(used.items),
            file_name=f"usage-{period.first:%Y-%m-%d}-to-{period.last:%Y-%m-%d}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    usage_table(used.items)


def _credit_period(used: Usage, period: Period, now: datetime) -> Sequence[DayAndAssistant]:
    if period.first <= used.credit_period["from"] and now < period.until:
        return used.by_day_and_assistant
    return usage(used.credit_period["from"], used.credit_period["to"], "day").by_day_and_assistant


def _limit(used: Usage, period: Period) -> str:
    if period.first == used.credit_period["from"]:
        return f"of {words.allowance(used.granted)} in {state.person().plan.name}"
    return words.span(period.first.date(), period.last)


def _figures(used: Usage, limit: str, now: datetime) -> list[Figure]:
    ahead, end = pace(used, now), used.credit_period["to"]
    if ahead.runs_out is None:
        coming = Figure("At this pace", f"{words.whole(ahead.total)} by {words.short_day(end - timedelta(days=1))}")
        coming = coming._replace(note="within the plan")
    else:
        coming = Figure("At this pace", f"gone on {words.short_day(ahead.runs_out)}", "before they renew")
    return [
        Figure("Credits used", words.credits(used.total.credits), limit),
        Figure("Credits left", words.allowance(used.balance), f"renews {words.long_day(end)}"),
        coming,
        Figure("Calls", words.count(used.total.calls), f"{words.count(used.total.failed)} failed, not charged"),
    ]


_now = datetime.now(UTC)
_period = usage_period(state.choice("period", THIS_MONTH), _now)
with page_head("Usage", f"{words.span(_period.first.date(), _period.last)}, days in UTC"):
    st.segmented_control(
        "Period",
        USAGE_PERIODS,
        default=THIS_MONTH,
        required=True,
        key="period",
        bind="query-params",
        label_visibility="collapsed",
    )
_draw(_period, _now)
