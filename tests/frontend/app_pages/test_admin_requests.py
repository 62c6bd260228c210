"""Plan requests: chosen in a list, decided with a note."""

import json

import pytest

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, query, shown
from tests.frontend.invented import uid

MARA, DANIEL = uid(81), uid(82)


def _decide(request: object) -> str:
    return f"/api/admin/plan-requests/{request}/decide"


def test_support_decides_nothing(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_requests", "support"))


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/admin/plan-requests")
    assert "Plan requests could not be loaded" in shown(desk.open("admin_requests"))


@pytest.mark.parametrize(("show", "text"), [("Waiting", "Nothing waiting"), ("Decided", "Nothing decided")])
def test_empty_lists_say_so(desk: Desk, show: str, text: str) -> None:
    desk.api.empty = True
    assert text in shown(desk.open("admin_requests", show=show))


def test_the_first_request_is_shown_until_another_is_chosen(desk: Desk) -> None:
    at = desk.open("admin_requests")
    assert "Mara Lindqvist asks for the Reasoning family" in shown(at)
    at.button(key=f"asked_{DANIEL}").click().run()
    assert "Daniel Ferreira asks for the Team plan" in shown(at)
    assert query(at) == {"id": str(DANIEL)}
    at.button(key="back").click().run()
    assert "Mara Lindqvist asks for" in shown(at)


def test_the_address_names_the_request(desk: Desk) -> None:
    assert "Daniel Ferreira asks for the Team plan" in shown(desk.open("admin_requests", id=str(DANIEL)))


def test_what_was_asked_for_is_offered_first_with_its_cost(desk: Desk) -> None:
    at = desk.open("admin_requests")
    assert at.selectbox(key=f"way_{MARA}").options[0] == "Starter with Reasoning added"
    assert "If approved: 1,000 credits a month, at most $5.86 raw cost" in shown(at)
    at.selectbox(key=f"way_{MARA}").select_index(1).run()
    assert "If approved: 5,000 credits a month, at most $29.31 raw cost" in shown(at)


def test_a_decline_needs_a_note(desk: Desk) -> None:
    at = desk.open("admin_requests")
    at.button(key="decline").click().run()
    assert at.error[0].value == "Say why in the note: it is shown with the decision."
    assert not desk.api.bodies("POST", _decide(MARA))
    at.text_area(key=f"note_{MARA}").input("Not this year.")
    at.button(key="decline").click().run()
    assert json.loads(desk.api.bodies("POST", _decide(MARA))[0]) == {
        "decision": "decline", "plan": None, "model_family": None, "note": "Not this year.",
    }  # fmt: skip
    assert [toast.value for toast in at.toast] == ["Declined\\: Mara Lindqvist"]


def test_an_approval_names_what_is_granted_and_leaves_the_list(desk: Desk) -> None:
    at = desk.open("admin_requests", id=str(MARA))
    at.button(key="approve").click().run()
    assert json.loads(desk.api.bodies("POST", _decide(MARA))[0]) == {
        "decision": "approve", "plan": None, "model_family": "reasoning", "note": "",
    }  # fmt: skip
    assert "Daniel Ferreira asks for" in shown(at)
    assert query(at) == {}


def test_a_decision_made_meanwhile_is_told(desk: Desk) -> None:
    at = desk.open("admin_requests")
    desk.api.refuse(_decide(MARA), ErrorCode.CONFLICT, "This request was decided already.")
    at.button(key="approve").click().run()
    assert at.error[0].value == "This request was decided already\\."


def test_decided_requests_show_the_answer_and_cannot_be_decided_again(desk: Desk) -> None:
    at = desk.open("admin_requests")
    at.text_area(key=f"note_{MARA}").input("Welcome")
    at.button(key="approve").click().run()
    at = desk.open("admin_requests", show="Decided")
    assert "by J. Okafor" in shown(at)
    assert "Welcome" in shown(at)
    assert "approve" not in [button.key for button in at.button]
