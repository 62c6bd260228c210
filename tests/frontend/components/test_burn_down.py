"""Where the balance comes from and where the pace leads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from frontend.components.burn_down import balances, chart, pace, pace_sentence, projection
from frontend.components.palette import palette
from shared.plans import PlanLimits
from shared.usage import DayAndAssistant, Usage, UsageTotal

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 16, tzinfo=UTC)


def _usage(granted: str, balance: str) -> Usage:
    return Usage(
        period={"from": START, "to": END},
        credit_period={"from": START, "to": END},
        balance=Decimal(balance),
        granted=Decimal(granted),
        limits=PlanLimits(),
        total=UsageTotal(credits=Decimal(), calls=0, failed=0, prompt_tokens=0, completion_tokens=0),
        items=[],
    )


@pytest.mark.parametrize(
    ("granted", "balance", "total", "runs_out"),
    [
        ("1000", "1000", "0", None),
        ("1000", "600", "800", None),
        ("1000", "500", "1000", None),
        ("1000", "250", "1500", datetime(2026, 11, 21, tzinfo=UTC)),
        ("1000", "0", "2000", NOW),
        ("0", "0", "0", None),
        ("1000", "1200", "0", None),
    ],
)
def test_the_pace_goes_on_as_it_was(granted: str, balance: str, total: str, runs_out: datetime | None) -> None:
    found = pace(_usage(granted, balance), NOW)
    assert found.total == Decimal(total)
    assert found.runs_out == runs_out


def test_the_first_minutes_of_a_month_do_not_exaggerate() -> None:
    found = pace(_usage("1000", "999"), START + timedelta(seconds=10))
    assert found.total == Decimal(720)


def test_after_the_period_the_pace_is_what_was_used() -> None:
    assert pace(_usage("1000", "400"), END + timedelta(days=2)).total == Decimal(600)


def test_the_balance_falls_by_what_each_day_cost_and_ends_with_what_the_api_says() -> None:
    days = [
        DayAndAssistant(day="2026-11-01", assistant="code", credits=Decimal(10)),
        DayAndAssistant(day="2026-11-01", assistant="data", credits=Decimal(5)),
        DayAndAssistant(day="2026-11-03", assistant="code", credits=Decimal(20)),
    ]
    points = balances(_usage("100", "60"), days, START + timedelta(days=3.5))
    assert points == [(0, 100), (1, 85), (2, 85), (3, 65), (3.5, 60)]


@given(some.integers(0, 1000), some.floats(0.01, 30))
def test_the_projection_never_goes_below_nothing_nor_beyond_the_period(left: int, day: float) -> None:
    start, end = projection(_usage("1000", str(left)), START + timedelta(days=day))
    assert start.balance == left
    assert end.balance >= -1e-6
    assert start.day - 1e-6 <= end.day <= 30 + 1e-6


def test_the_chart_has_three_lines_and_labels_them_in_place() -> None:
    spec = chart(_usage("1000", "600"), [], NOW, palette("dark")).to_dict()
    marks = [layer["mark"] for layer in spec["layer"]]
    assert [mark["type"] for mark in marks] == ["line", "line", "line", "text", "text"]
    assert [mark["text"] for mark in marks[3:]] == ["even use", "at this pace"]
    late = chart(_usage("1000", "600"), [], END - timedelta(days=1), palette("light")).to_dict()
    assert [layer["mark"].get("text") for layer in late["layer"]][3:] == ["even use"]


def test_the_finding_is_told_in_words() -> None:
    assert pace_sentence(_usage("1000", "600"), NOW) == "At this pace 800 are used by the end of the period."
    assert pace_sentence(_usage("1000", "250"), NOW) == "At this pace they run out on 21 November."
