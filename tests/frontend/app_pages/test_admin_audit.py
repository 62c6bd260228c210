"""The audit log: filtered, paged, and each change with before and after."""

from tests.frontend.app_pages.desk import Desk, shown
from tests.frontend.invented import uid


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/admin/audit")
    assert "The audit log could not be loaded" in shown(desk.open("admin_audit", "support"))


def test_filters_that_match_nothing_say_so(desk: Desk) -> None:
    assert "No entry matches" in shown(desk.open("admin_audit", who="nobody"))


def test_the_newest_entry_is_told_with_what_changed(desk: Desk) -> None:
    text = shown(desk.open("admin_audit", "support"))
    assert "Model deactivated" in text
    assert "Price rise from 1 December" in text
    assert '<div>yes</div></td><td class="" data-l="After"><div>no</div>' in text


def test_the_address_names_an_entry(desk: Desk) -> None:
    at = desk.open("admin_audit", id=str(uid(2001)))
    assert "Plan request approved" in shown(at)
    at.button(key="back").click().run()
    assert "Model deactivated" in shown(at)


def test_filters_reach_the_api_and_the_address(desk: Desk) -> None:
    at = desk.open("admin_audit", subject="GPT-5")
    assert set(at.dataframe[0].value["Subject"]) == {"GPT-5"}
    at.text_input(key="what").set_value("user.signin_failed").run()
    assert "No entry matches" in shown(at)
