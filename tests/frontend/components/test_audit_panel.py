"""Changes, field by field."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from frontend.components import audit_panel
from tests.frontend.invented.people import audit

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_changes_are_listed_field_by_field() -> None:
    row = replace(
        audit(NOW)[0],
        before={"active": True, "families": ["code", "data"], "limits": {}},
        after={"active": False, "families": [], "limits": {"credits_per_day": "50"}, "plan_slug": None},
    )
    assert audit_panel.changes(row) == [
        ("active", "yes", "no"),
        ("families", "code, data", "—"),
        ("limits", "—", "credits_per_day 50"),
        ("plan slug", "—", "—"),
    ]
    assert audit_panel.changes(audit(NOW)[2]) == []
