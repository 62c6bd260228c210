"""Spans of time in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from frontend.periods import ANY_TIME, LAST_MONTH, NINETY_DAYS, THIS_MONTH, USAGE_PERIODS, since, usage_period

NOW = datetime(2026, 11, 21, 14, 31, 5, tzinfo=UTC)


def test_months_are_whole_and_end_where_the_next_begins() -> None:
    assert usage_period(THIS_MONTH, NOW) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
        date(2026, 11, 21),
    )
    assert usage_period(LAST_MONTH, NOW) == (
        datetime(2026, 10, 1, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
        date(2026, 10, 31),
    )


def test_ninety_days_include_today() -> None:
    period = usage_period(NINETY_DAYS, NOW)
    assert period.until - period.first == timedelta(days=90)
    assert period.last == date(2026, 11, 21)


def test_days_are_utc_wherever_the_reader_is() -> None:
    late = datetime(2026, 12, 1, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert usage_period(THIS_MONTH, late).first == datetime(2026, 11, 1, tzinfo=UTC)


@given(some.datetimes(timezones=some.just(UTC)), some.sampled_from(USAGE_PERIODS))
def test_every_period_is_a_span_of_whole_days(now: datetime, name: str) -> None:
    if not 1 < now.year < 9998:
        return
    period = usage_period(name, now)
    assert period.first < period.until
    assert period.first.date() <= period.last
    assert (period.first.hour, period.until.hour) == (0, 0)


@pytest.mark.parametrize("name", [None, ANY_TIME, "Last century"])
def test_any_other_time_has_no_start(name: str | None) -> None:
    assert since(name, NOW) is None


def test_recent_spans_start_at_a_whole_minute() -> None:
    assert since("Last hour", NOW) == datetime(2026, 11, 21, 13, 31, tzinfo=UTC)
