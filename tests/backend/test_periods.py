"""Points in time as callers write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.errors import InvalidRequest
from backend.periods import instant, month_start, next_month


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13-01",
        "2026-02-30",
        "2026-11-21T09:30:00",
        "2026-11-21 09:30",
        "2026-11-21T09:30:00 00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "99999-01-01",
        "\0" * 10,
    ],
)
def test_what_is_no_aware_point_in_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        instant(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T09:30:00Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21T09:30:00.250+02:00", datetime(2026, 11, 21, 7, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_days_and_times_are_read(text: str, moment: datetime) -> None:
    assert instant(text) == moment


def test_nothing_is_no_point_in_time() -> None:
    assert instant(None) is None


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9990, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_is_within_its_month(moment: datetime) -> None:
    start, end = month_start(moment), next_month(moment)
    assert start <= moment < end
    assert timedelta(days=28) <= end - start <= timedelta(days=31)
    assert start.day == end.day == 1
