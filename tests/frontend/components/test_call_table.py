"""Calls as a table."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from frontend.components import call_table
from tests.frontend.invented.calls import calls

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_calls_of_the_last_day_show_the_time_older_ones_the_day() -> None:
    recent, old = calls(NOW)[0], replace(calls(NOW)[0], created_at=NOW - timedelta(days=3))
    assert call_table.columns([recent, old], NOW, BERLIN)["Time"] == ["13:00:00", "18 Nov, 13:00"]


def test_a_call_that_reached_no_model_has_a_dash() -> None:
    assert call_table.columns([calls(NOW)[6]], NOW, UTC)["Model"] == ["—"]
