"""Users: searched, sorted, and changed by admins with a reason."""

import json

import pytest
from msgspec.structs import replace

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, by_button, by_menu, query, shown
from tests.frontend.invented import uid

DANIEL, MACRO = uid(50), uid(51)


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/admin/users")
    assert "Users could not be loaded" in shown(desk.open("admin_users"))


def test_a_search_without_a_match_says_so(desk: Desk) -> None:
    desk.api.empty = True
    assert "Nobody matches" in shown(desk.open("admin_users", q="nobody"))


def test_support_may_look_and_change_nothing(desk: Desk) -> None:
    at = desk.open("admin_users", "support")
    assert "18,119.6" in shown(at)
    assert not {"change_plan", "grant"} & {button.key for button in at.button}


def test_the_list_is_searched_and_sorted_by_the_address(desk: Desk) -> None:
    at = desk.open("admin_users", q="m", order="Raw cost")
    assert list(at.dataframe[0].value["Raw cost"]) == ["$11.02", "$7.31", "$2.60", "$2.44", "$0.00"]
    at.text_input(key="q").set_value("macro").run()
    assert list(at.dataframe[0].value["Status"]) == ["suspended"]


def test_the_address_names_a_person(desk: Desk) -> None:
    at = desk.open("admin_users", id=str(uid(53)))
    assert "Anna Very" in shown(at)
    at.button(key="back").click().run()
    assert "Daniel Ferreira" in shown(at)
    assert query(at) == {}


def test_another_plan_is_chosen_from_those_that_differ(desk: Desk) -> None:
    at = desk.open("admin_users")
    dialog = by_button(at, "change_plan")
    assert at.selectbox(key="user_plan").options == ["Starter", "Pro"]
    dialog.done()
    sent = json.loads(desk.api.bodies("PATCH", "/api/admin/entitlements")[0])
    assert sent == {"user_id": str(DANIEL), "plan": "starter", "reason": "Because"}
    assert [toast.value for toast in at.toast] == ["Daniel Ferreira is on Starter"]


def test_there_may_be_no_other_plan(desk: Desk) -> None:
    desk.api.plans = [plan for plan in desk.api.plans if plan.slug == "team"]
    desk.api.plans[0] = replace(desk.api.plans[0], current=True)
    at = desk.open("admin_users")
    dialog = by_button(at, "change_plan")
    dialog.done()
    assert at.error[0].value == "There is no other plan\\."


def test_credits_are_granted_exactly(desk: Desk) -> None:
    at = desk.open("admin_users")
    dialog = by_button(at, "grant")
    at.text_input(key="user_credits").input("-1,000.25")
    dialog.done("Returned")
    sent = json.loads(desk.api.bodies("POST", f"/api/admin/users/{DANIEL}/grants")[0])
    assert sent == {"credits": "-1000.25", "reason": "Returned"}
    assert "17\\,119\\.4 credits" in at.toast[0].value


@pytest.mark.parametrize("text", ["", "many", "0", "Infinity", "1e99"])
def test_an_amount_that_is_none_is_refused(desk: Desk, text: str) -> None:
    at = desk.open("admin_users")
    dialog = by_button(at, "grant")
    at.text_input(key="user_credits").input(text)
    dialog.done()
    assert at.error
    assert not desk.api.bodies("POST", f"/api/admin/users/{DANIEL}/grants")


def test_a_role_is_changed(desk: Desk) -> None:
    at = desk.open("admin_users")
    dialog = by_menu(at, "user_more", "Change role")
    next(each for each in at.get("button_group") if each.key == "user_role").set_value("support")
    dialog.done()
    assert json.loads(desk.api.bodies("PATCH", "/api/admin/users")[0])["role"] == "support"


@pytest.mark.parametrize(
    ("person", "option", "suspended"), [(DANIEL, "Suspend", True), (MACRO, "End suspension", False)]
)
def test_people_are_suspended_and_let_in_again(desk: Desk, person: object, option: str, suspended: bool) -> None:
    at = desk.open("admin_users", id=str(person))
    dialog = by_menu(at, "user_more", option)
    dialog.done()
    assert json.loads(desk.api.bodies("PATCH", "/api/admin/users")[0]) == {
        "id": str(person), "reason": "Because", "suspended": suspended,
    }  # fmt: skip


def test_admins_cannot_suspend_themselves(desk: Desk) -> None:
    desk.api.users[0] = replace(desk.api.users[0], id=uid(1))
    at = desk.open("admin_users")
    more = next(each for each in at.get("menu_button") if each.key == "user_more")
    assert more.options == ["Make a reset link"]


def test_a_reset_link_is_made_after_a_click_and_shown_once(desk: Desk) -> None:
    at = desk.open("admin_users")
    dialog = by_menu(at, "user_more", "Make a reset link")
    assert not desk.api.bodies("POST", f"/api/admin/users/{DANIEL}/reset")
    dialog.press("reset_make")
    assert at.code[0].value == "http://desk/reset?token=once-only"
    at.run()
    assert not at.code


def test_a_refused_reset_link_is_told(desk: Desk) -> None:
    desk.api.refuse(f"/api/admin/users/{DANIEL}/reset", ErrorCode.NOT_ALLOWED, "Not for single sign-on.")
    at = desk.open("admin_users")
    dialog = by_menu(at, "user_more", "Make a reset link")
    dialog.press("reset_make")
    assert at.error[0].value == "Not for single sign\\-on\\."
