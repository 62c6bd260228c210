"""The desk of risks: rules changed with a reason, tried before, and the second tier."""

import json

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, by_button, by_menu, shown
from tests.frontend.invented import uid

POLICIES, GUARD = "/api/admin/risk-policies", "/api/admin/risk-guard"


def sent(desk: Desk, path: str) -> list[dict[str, object]]:
    return [json.loads(body) for body in desk.api.bodies("PUT", path)]


def test_support_sees_no_rules(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_risk", "support"))


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(POLICIES)
    assert "Rules about risks could not be loaded" in shown(desk.open("admin_risk"))


def test_every_risk_is_a_row_and_exceptions_stand_below(desk: Desk) -> None:
    text = shown(desk.open("admin_risk"))
    for word in ("Violence", "Sexual content with minors", "Self-harm", "As shipped", "Pro plan", "Ask the guard"):
        assert word in text
    assert "The moderation endpoint of openai has 1.5 s for a verdict" in text
    assert "Fairlead sends nothing" in text


def test_a_change_needs_a_reason_and_can_be_tried_before(desk: Desk) -> None:
    at = desk.open("admin_risk")
    dialog = by_menu(at, "menu_hate__", "Change")
    at.selectbox(key="action_medium").set_value("Block")
    dialog.press("try_rule")
    assert "12 of 3,400 requests of the last 7 days would have ended otherwise: 12 from warn to block" in shown(at)
    assert sent(desk, POLICIES) == []
    dialog.done("")
    assert sent(desk, POLICIES) == []
    dialog.done()
    assert sent(desk, POLICIES) == [
        {
            "category": "hate",
            "low": "allow",
            "medium": "block",
            "high": "block",
            "family": None,
            "plan": None,
            "reason": "Because",
        }
    ]


def test_what_cannot_be_allowed_is_said_in_the_dialog(desk: Desk) -> None:
    at = desk.open("admin_risk")
    desk.api.refuse(f"PUT {POLICIES}", ErrorCode.INVALID_REQUEST, "That is always blocked.")
    dialog = by_menu(at, "menu_sexual_minors__", "Change")
    dialog.done()
    assert at.error[0].value == "That is always blocked\\."


def test_an_exception_is_of_somebody(desk: Desk) -> None:
    at = desk.open("admin_risk")
    dialog = by_button(at, "add_exception")
    dialog.done()
    assert "Choose a plan or an assistant" in at.error[0].value
    at.selectbox(key="plan").set_value("starter")
    dialog.done()
    assert [(body["category"], body["plan"], body["family"]) for body in sent(desk, POLICIES)] == [
        ("violence", "starter", None)
    ]


def test_an_exception_is_removed_with_a_reason(desk: Desk) -> None:
    at = desk.open("admin_risk")
    by_menu(at, "menu_sexual_pro_", "Remove").done()
    assert ("DELETE", f"{POLICIES}/{uid(90)}", b"") in desk.api.seen
    assert "No exceptions" in shown(at)


def test_the_second_tier_is_set(desk: Desk) -> None:
    at = desk.open("admin_risk")
    dialog = by_button(at, "second_tier")
    at.selectbox(key="guard_kind").set_value("Off")
    dialog.done()
    assert sent(desk, GUARD)[0]["kind"] == "off"
    assert sent(desk, GUARD)[0]["provider"] is None
    assert "what is likely is warned of" in shown(at)
