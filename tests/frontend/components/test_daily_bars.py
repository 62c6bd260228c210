"""Credits by day and assistant."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from frontend.components.daily_bars import OTHER, bar_rows, bars, days_between, finding, leading, legend_html
from frontend.components.palette import palette
from shared.usage import DayAndAssistant

_entries = some.builds(
    DayAndAssistant,
    day=some.dates(date(2026, 11, 1), date(2026, 11, 30)).map(date.isoformat),
    assistant=some.sampled_from(["code", "general", "data", "writing", "images", "research", "reasoning"]),
    credits=some.decimals(0, 1000, places=6),
)


def _entry(day: str, assistant: str, credits: str) -> DayAndAssistant:
    return DayAndAssistant(day=day, assistant=assistant, credits=Decimal(credits))


@given(some.lists(_entries, max_size=40))
def test_no_credit_is_lost_between_the_ledger_and_the_bars(entries: list[DayAndAssistant]) -> None:
    names = leading(entries, 5)
    assert len(names) <= 5
    shown = sum(row["credits"] for row in bar_rows(entries, names))  # type: ignore[misc]
    assert abs(shown - float(sum(entry.credits for entry in entries))) < 1e-6


def test_the_smallest_families_become_other_and_come_last() -> None:
    entries = [_entry("2026-11-01", name, str(20 - n)) for n, name in enumerate(["code", "data", "writing", "images"])]
    assert leading(entries, 3) == ["Code", "Data", OTHER]
    assert leading(entries, 4) == ["Code", "Data", "Writing", "Images"]
    assert [row["assistant"] for row in bar_rows(entries, leading(entries, 3))] == ["Code", "Data", OTHER]


def test_days_without_use_are_on_the_axis() -> None:
    days = days_between(date(2026, 10, 30), date(2026, 11, 2))
    assert days == ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-02"]
    spec = bars([_entry("2026-10-31", "code", "1")], days, ["Code"], palette("light")).to_dict()
    assert spec["encoding"]["x"]["scale"]["domain"] == days


def test_long_spans_name_the_month_and_fewer_days() -> None:
    days = days_between(date(2026, 8, 24), date(2026, 11, 21))
    axis = bars([], days, ["Code"], palette("light")).to_dict()["encoding"]["x"]["axis"]
    assert len(axis["values"]) <= 13
    assert "Nov" in axis["labelExpr"]


def test_the_finding_names_the_most_used_family_and_the_highest_day() -> None:
    entries = [_entry("2026-11-01", "code", "10"), _entry("2026-11-02", "data", "4"), _entry("2026-11-02", "code", "9")]
    assert finding(entries, leading(entries, 5)) == (
        "23.00 credits in all, most at Code; the highest day is 2 Nov 2026 with 13.00."
    )


def test_the_list_above_gives_every_name_its_colour() -> None:
    html = legend_html(["Code", "Data"], palette("dark"))
    assert html.index("#5FB0C2") < html.index("Code") < html.index("#D9A650") < html.index("Data")
