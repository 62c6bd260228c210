"""Conversations by the reader's days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from frontend.components.day_groups import by_day
from tests.frontend.samples import conversation

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_ago", "name"),
    [
        (-0.1, "Today"),
        (0, "Today"),
        (0.5, "Today"),
        (0.7, "Yesterday"),
        (1.5, "Yesterday"),
        (2, "Last 7 days"),
        (7.4, "Last 7 days"),
        (8, "November 2026"),
        (30, "October 2026"),
        (400, "October 2025"),
    ],
)
def test_a_conversation_stands_under_the_day_it_was_last_written_in(days_ago: float, name: str) -> None:
    one = conversation("A", days_ago=days_ago, now=NOW)
    assert by_day([one], NOW, UTC) == [(name, [one])]


def test_the_day_is_the_readers_and_not_the_servers() -> None:
    late = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    one = conversation("A", now=late - timedelta(hours=2))
    assert by_day([one], late, UTC)[0][0] == "Yesterday"
    assert by_day([one], late, ZoneInfo("Asia/Tokyo"))[0][0] == "Today"


def test_groups_and_members_are_newest_first_and_every_group_stands_once() -> None:
    days = [40, 0, 1, 3, 0.1, 41, 5]
    groups = by_day([conversation(str(ago), days_ago=ago, now=NOW) for ago in days], NOW, UTC)
    assert [name for name, _ in groups] == ["Today", "Yesterday", "Last 7 days", "October 2026"]
    assert [one.title for _, members in groups for one in members] == ["0", "0.1", "1", "3", "5", "40", "41"]


def test_nothing_has_no_groups() -> None:
    assert by_day([], NOW, UTC) == []
