"""The overview shows the last 24 hours to support and admins."""

import pytest

from tests.frontend.app_pages.desk import Desk, shown


def test_people_without_a_role_see_no_admin_desk(desk: Desk) -> None:
    at = desk.open("admin_overview", "user")
    assert "This page belongs to the admin desk" in shown(at)
    assert not desk.api.bodies("GET", "/api/admin/overview")


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/admin/overview")
    text = shown(desk.open("admin_overview"))
    assert "The overview could not be loaded" in text
    assert "Chats are not affected." in text


def test_an_empty_server_is_told_in_words(desk: Desk) -> None:
    desk.api.empty = True
    text = shown(desk.open("admin_overview"))
    for sentence in ("No providers yet", "No calls in 30 days", "Nothing right now.", "nothing spent"):
        assert sentence in text


def test_figures_providers_and_people_are_shown(desk: Desk) -> None:
    text = shown(desk.open("admin_overview"))
    assert "18,402" in text
    assert "212 failed, 14 running" in text
    assert "168.5 for each $ spent" in text
    assert text.index("Groq") < text.index("Anthropic") < text.index("OpenAI")
    assert "a.very.long.address.indeed@harbourworks.example" in text


@pytest.mark.parametrize(
    ("role", "labels"),
    [("admin", ["Open providers", "Open models", "Open plan requests"]), ("support", ["Open model calls"])],
)
def test_attention_links_lead_only_where_the_role_may_go(desk: Desk, role: str, labels: list[str]) -> None:
    at = desk.open("admin_overview", role)
    links = [link.proto.label for link in at.main.get("page_link")]
    assert links == labels
