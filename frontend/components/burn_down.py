"""The balance of the credit period: what happened, even use, and where the present pace leads."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import altair as alt
import streamlit as st

from frontend import format as words
from frontend.components.palette import Palette
from shared.usage import DayAndAssistant, Usage

_DAY = timedelta(days=1)


class Pace(NamedTuple):
    """Where the use so far leads. `runs_out` is set when that is before the period ends."""

    total: Decimal
    runs_out: datetime | None


class Point(NamedTuple):
    """A balance; `day` counts from the start of the period and may be a fraction."""

    day: float
    balance: float


def pace(usage: Usage, now: datetime) -> Pace:
    """The credits used by the end of the period if the rest of it is like the part that has passed."""
    start, end = usage.credit_period["from"], usage.credit_period["to"]
    used = max(usage.granted - usage.balance, Decimal())
    passed = max((min(now, end) - start).total_seconds(), 3600)
    whole = (end - start).total_seconds()
    total = used * Decimal(whole) / Decimal(passed)
    if total <= usage.granted or not used:
        return Pace(total, None)
    lasts = passed * float(usage.granted / used)
    return Pace(total, max(now, start + timedelta(seconds=lasts)))


def balances(usage: Usage, by_day: Iterable[DayAndAssistant], now: datetime) -> list[Point]:
    """The balance at the end of every day so far, and now as the API says it."""
    start = usage.credit_period["from"]
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for entry in by_day:
        spent[entry.day] += entry.credits
    points, left = [Point(0, float(usage.granted))], usage.granted
    for number in range(max((now - start) // _DAY, 0)):
        left -= spent[(start + number * _DAY).date().isoformat()]
        points.append(Point(number + 1, float(left)))
    return [*points, Point((now - start) / _DAY, float(usage.balance))]


def projection(usage: Usage, now: datetime) -> list[Point]:
    """From now to the end of the period, or to the moment when nothing is left."""
    start, end = usage.credit_period["from"], usage.credit_period["to"]
    ahead = pace(usage, now)
    last = Point((end - start) / _DAY, float(usage.granted - ahead.total))
    if ahead.runs_out is not None:
        last = Point((ahead.runs_out - start) / _DAY, 0.0)
    return [Point((now - start) / _DAY, float(usage.balance)), last]


def chart(usage: Usage, by_day: Iterable[DayAndAssistant], now: datetime, colours: Palette) -> alt.LayerChart:
    """The three lines, each labelled where it runs."""
    length = (usage.credit_period["to"] - usage.credit_period["from"]) / _DAY
    ahead = projection(usage, now)
    even = [Point(0, float(usage.granted)), Point(length, 0.0)]
    lines = [
        _line(balances(usage, by_day, now), colours, width=2, colour=colours.accent),
        _line(ahead, colours, dash=[5, 3], width=1.5, colour=colours.accent),
        _line(even, colours, dash=[1, 3], width=1.25, colour=colours.ink2),
    ]
    middle = Point(length * 0.36, float(usage.granted) * 0.5)
    labels = [_label(middle, "even use", colours)]
    if ahead[-1].day - ahead[0].day > length * 0.2:
        labels.append(_label(ahead[0], "at this pace", colours, dx=12, dy=-6))
    return alt.LayerChart(layer=[*lines, *labels], height=260)


def burn_down(usage: Usage, by_day: Iterable[DayAndAssistant], now: datetime, colours: Palette) -> None:
    """Draws the chart."""
    left = f"{words.credits(usage.balance)} of {words.allowance(usage.granted)} credits are left. "
    st.altair_chart(chart(usage, by_day, now, colours), alt=left + pace_sentence(usage, now))


def pace_sentence(usage: Usage, now: datetime) -> str:
    """Where the pace leads."""
    ahead = pace(usage, now)
    if ahead.runs_out is None:
        return f"At this pace {words.whole(ahead.total)} are used by the end of the period."
    return f"At this pace they run out on {words.long_day(ahead.runs_out)}."


def _line(
    points: list[Point], colours: Palette, *, width: float, colour: str, dash: list[int] | None = None
) -> alt.Chart:
    days = alt.Axis(
        values=[0, 7, 14, 21, 28],
        labelExpr="datum.value + 1",
        grid=False,
        title=None,
        domain=False,
        ticks=False,
        labelColor=colours.ink2,
        labelFontSize=12,
        labelPadding=8,
    )
    amounts = alt.Axis(
        tickCount=5,
        gridColor=colours.line,
        title=None,
        domain=False,
        ticks=False,
        labelColor=colours.ink2,
        labelFontSize=12,
        labelPadding=8,
    )
    line: alt.Chart = (
        alt.Chart(alt.InlineData(values=[point._asdict() for point in points]))
        .mark_line(color=colour, strokeWidth=width, strokeDash=dash or [1, 0])
        .encode(x=alt.X("day:Q", scale=alt.Scale(nice=False), axis=days), y=alt.Y("balance:Q", axis=amounts))
    )
    return line


def _label(at: Point, text: str, colours: Palette, dx: int = -8, dy: int = 6) -> alt.Chart:
    label: alt.Chart = (
        alt.Chart(alt.InlineData(values=[at._asdict()]))
        .mark_text(text=text, color=colours.ink2, fontSize=12, align="right" if dx < 0 else "left", dx=dx, dy=dy)
        .encode(x="day:Q", y="balance:Q")
    )
    return label
