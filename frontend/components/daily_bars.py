"""Credits by day and assistant as stacked bars, with a list of what the colours mean above them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import altair as alt
import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.palette import Palette
from shared.usage import DayAndAssistant

OTHER = "Other"
_MONTHS = "['Jan','Feb','Mar','Apr','May','Jun','Jul','Aug','Sep','Oct','Nov','Dec']"
_DAY_LABEL = "+slice(datum.value, 8)"
_DATE_LABEL = f"+slice(datum.value, 8) + ' ' + {_MONTHS}[+slice(datum.value, 5, 7) - 1]"
_SWATCH = Markup('<li><i style="background:{}"></i>{}</li>')


def leading(entries: Iterable[DayAndAssistant], most: int) -> list[str]:
    """The families by credits, largest first; beyond `most` they become `Other`, the last."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        totals[words.family(entry.assistant)] += entry.credits
    names = sorted(totals, key=lambda name: (-totals[name], name))
    return names if len(names) <= most else [*names[: most - 1], OTHER]


def bar_rows(entries: Iterable[DayAndAssistant], names: Sequence[str]) -> list[dict[str, str | float | int]]:
    """One row for each day and shown name; what is not named counts as `Other`."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        name = words.family(entry.assistant)
        sums[entry.day, name if name in names else OTHER] += entry.credits
    return [
        {
            "day": day,
            "assistant": name,
            "credits": float(amount),
            "shown": words.credits(amount),
            "order": names.index(name),
        }
        for (day, name), amount in sorted(sums.items())
    ]


def days_between(first: date, last: date) -> list[str]:
    """Every day from `first` to `last`, both included."""
    return [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]


def finding(entries: Sequence[DayAndAssistant], names: Sequence[str]) -> str:
    """What the chart shows, in one sentence, for those who do not see it."""
    by_day: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        by_day[entry.day] += entry.credits
    top = max(by_day, key=lambda day: by_day[day])
    total = words.credits(sum(by_day.values(), Decimal()))
    return (
        f"{total} credits in all, most at {names[0]}; "
        f"the highest day is {words.day(date.fromisoformat(top))} with {words.credits(by_day[top])}."
    )


def legend_html(names: Sequence[str], colours: Palette) -> Markup:
    """Names with their colour; wraps, as a chart's own legend does not."""
    swatches = (_SWATCH.format(colour, name) for name, colour in zip(names, colours.series, strict=False))
    return Markup('<ul class="fl-legend">{}</ul>').format(Markup().join(swatches))


def bars(entries: Sequence[DayAndAssistant], days: Sequence[str], names: Sequence[str], colours: Palette) -> alt.Chart:
    """The chart over all of `days`, days without use included."""
    step = max(1, round(len(days) / 11))
    axis = alt.Axis(
        values=list(days[::step]),
        labelExpr=_DAY_LABEL if len(days) <= 31 else _DATE_LABEL,
        labelAngle=0,
        labelColor=colours.ink2,
        labelFontSize=12,
        labelPadding=8,
        title=None,
        domain=False,
        ticks=False,
        grid=False,
    )
    scale = alt.Axis(
        title=None,
        domain=False,
        ticks=False,
        tickCount=5,
        labelColor=colours.ink2,
        labelFontSize=12,
        gridColor=colours.line,
        labelPadding=8,
    )
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=bar_rows(entries, names)))
        .mark_bar()
        .encode(
            x=alt.X(
                "day:O",
                scale=alt.Scale(domain=list(days), paddingInner=0.5 if len(days) <= 31 else 0.2, paddingOuter=0.1),
                axis=axis,
            ),
            y=alt.Y("credits:Q", axis=scale),
            color=alt.Color(
                "assistant:N",
                scale=alt.Scale(domain=list(names), range=list(colours.series[: len(names)])),
                legend=None,
            ),
            order=alt.Order("order:Q"),
            tooltip=[
                alt.Tooltip("day:N", title="Day"),
                alt.Tooltip("assistant:N", title="Assistant"),
                alt.Tooltip("shown:N", title="Credits"),
            ],
        )
        .properties(height=230)
    )
    return chart


def daily_bars(entries: Sequence[DayAndAssistant], first: date, last: date, colours: Palette) -> None:
    """Draws list and chart."""
    names = leading(entries, len(colours.series))
    st.html(legend_html(names, colours))
    st.altair_chart(bars(entries, days_between(first, last), names, colours), alt=finding(entries, names))
