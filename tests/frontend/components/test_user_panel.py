"""People as admins see them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from frontend.components import user_panel
from tests.frontend.invented.people import users

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_people_are_marked_when_they_are_out_of_the_ordinary() -> None:
    assert user_panel.columns(users(NOW))["Status"] == ["", "suspended", "", "support", "admin"]


def test_somebody_never_seen_is_said_to_be() -> None:
    facts = dict(user_panel.user_facts(users(NOW)[4], NOW))
    assert facts["Last seen"] == "never"
    assert dict(user_panel.user_facts(users(NOW)[0], NOW))["Last seen"] == "12 min ago"
