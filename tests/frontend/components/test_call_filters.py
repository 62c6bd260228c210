"""What narrows the list of calls."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from frontend.components.call_filters import wanted
from tests.frontend.invented import uid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_request_id_is_looked_for_at_any_time() -> None:
    found = wanted(f" {uid(7)} ", None, None, "Last hour", [], NOW)
    assert (found.request_id, found.user, found.since) == (str(uid(7)), None, None)


def test_anything_else_is_a_user_within_the_time() -> None:
    found = wanted("mara", "sonnet", "anthropic", "Last hour", ["Failed", "Fell back", "Slow"], NOW)
    assert (found.user, found.since) == ("mara", NOW - timedelta(hours=1))
    assert found.query() == {
        "user": "mara", "request_id": None, "model": "sonnet", "provider": "anthropic",
        "from": "2026-11-21T11:00:00+00:00", "to": "2026-11-21T12:00:00+00:00",
        "status": "failed", "fell_back": True, "slow": True,
    }  # fmt: skip


def test_no_filter_asks_for_everything() -> None:
    found = wanted("", None, None, "Any time", [], NOW)
    assert {name for name, value in found.query().items() if value is not None} == {"to"}
