"""The plans page compares plans and takes a request for another, once."""

import json

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, Dialog, by_button, query, shown


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/plans")
    assert "Plans could not be loaded" in shown(desk.open("plans", "user"))


def test_without_plans_the_page_says_so(desk: Desk) -> None:
    desk.api.empty = True
    assert "No plans yet" in shown(desk.open("plans", "user"))


def test_without_requests_there_is_an_empty_list(desk: Desk) -> None:
    desk.api.own.clear()
    assert "Nothing asked for yet" in shown(desk.open("plans", "user"))


def test_the_present_plan_has_no_button_and_the_next_one_up_the_primary(desk: Desk) -> None:
    at = desk.open("plans", "user")
    assert [(button.label, button.proto.type) for button in at.button] == [
        ("Request Pro", "primary"),
        ("Request Team", "secondary"),
    ]
    assert "412.4 credits left, renews 1" in shown(at)


def test_requests_are_listed_with_their_answers(desk: Desk) -> None:
    text = shown(desk.open("plans", "user"))
    assert "Reasoning family" in text
    assert "Not answered yet" in text
    assert "Images are for the brand team until the trial ends." in text


def test_a_request_without_a_reason_is_not_sent(desk: Desk) -> None:
    at = desk.open("plans", "user")
    dialog = by_button(at, "request_pro")
    at.text_area(key="plan_reason").input("   ")
    dialog.press("plan_send")
    assert [error.value for error in at.error] == ["Say what you need it for\\: an admin decides by it\\."]
    assert not desk.api.bodies("POST", "/api/plan-requests")


def test_a_request_is_sent_once_and_its_plan_cannot_be_asked_for_again(desk: Desk) -> None:
    at = desk.open("plans", "user")
    dialog = by_button(at, "request_pro")
    at.text_area(key="plan_reason").input(" We run out. ")
    dialog.press("plan_send")
    assert [json.loads(body) for body in desk.api.bodies("POST", "/api/plan-requests")] == [
        {"plan": "pro", "model_family": None, "reason": "We run out."}
    ]
    assert not at.get("dialog")
    assert [toast.value for toast in at.toast] == ["Request sent"]
    assert at.button(key="request_pro").disabled
    assert at.button(key="request_pro").label == "Request sent"


def test_cancelling_sends_nothing(desk: Desk) -> None:
    at = desk.open("plans", "user")
    dialog = by_button(at, "request_team")
    assert at.get("dialog")
    dialog.press("plan_cancel")
    assert not at.get("dialog")
    assert not desk.api.bodies("POST", "/api/plan-requests")


def test_a_refusal_is_shown_in_the_dialog_and_the_reason_stays(desk: Desk) -> None:
    at = desk.open("plans", "user")
    dialog = by_button(at, "request_pro")
    desk.api.refuse("POST /api/plan-requests", ErrorCode.CONFLICT, "You have asked for Pro already.")
    at.text_area(key="plan_reason").input("Again")
    dialog.press("plan_send")
    assert "You have asked for Pro already" in at.error[0].value
    assert at.text_area(key="plan_reason").value == "Again"


def test_an_address_can_ask_for_a_family_once(desk: Desk) -> None:
    at = desk.open("plans", "user", family="images")
    assert at.get("dialog")
    assert query(at) == {}
    dialog = Dialog(at, lambda: at.query_params.update({"family": "images"}))
    at.text_area(key="plan_reason").input("For the flyer")
    dialog.press("plan_send")
    assert json.loads(desk.api.bodies("POST", "/api/plan-requests")[0])["model_family"] == "images"


def test_an_address_can_ask_for_a_plan(desk: Desk) -> None:
    at = desk.open("plans", "user", plan="team")
    assert at.get("dialog")


def test_an_address_with_an_unknown_family_asks_for_nothing(desk: Desk) -> None:
    at = desk.open("plans", "user", family="<script>")
    assert not at.get("dialog")
