"""Scores on the desk: listed, narrowed, told with what raised them, lifted and paused."""

import msgspec
import pytest

from shared.abuse import AbusePause, AbuseRevocation, AbuseRulesPatch
from tests.frontend.app_pages.desk import Desk, by_button, shown
from tests.frontend.invented import uid

ABUSE = "/api/admin/abuse"


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(ABUSE)
    assert "Scores could not be loaded" in shown(desk.open("admin_abuse", "support"))


def test_nobody_with_a_score_is_said_so(desk: Desk) -> None:
    desk.api.empty = True
    assert "Nobody has a score" in shown(desk.open("admin_abuse"))


def test_the_highest_score_is_told_with_what_raised_it(desk: Desk) -> None:
    at = desk.open("admin_abuse", "support")
    assert list(at.dataframe[0].value["Kind"]) == ["Person", "API key", "Network address", "Person"]
    assert at.dataframe[0].value["Step"][3] == "only watched"
    text = shown(at)
    assert "d.ferreira@harbourworks.example" in text
    assert "Blocked prompt, illegal (taken back by the sender)" in text
    assert "paused until" in text


def test_support_sees_no_actions(desk: Desk) -> None:
    keys = {button.key for button in desk.open("admin_abuse", "support").button}
    assert not keys & {"revoke", "pause", "take_back", "rules"}


def test_filters_reach_the_api(desk: Desk) -> None:
    at = desk.open("admin_abuse", kind="API keys")
    assert list(at.dataframe[0].value["Kind"]) == ["API key"]
    at.segmented_control(key="step").set_value("Paused").run()
    assert "Nobody has a score" in shown(at)


def test_lifting_needs_a_reason_and_is_carried_out(desk: Desk) -> None:
    at = desk.open("admin_abuse")
    dialog = by_button(at, "revoke")
    dialog.press("dialog_done")
    assert desk.api.bodies("POST", f"{ABUSE}/{uid(3000)}/revoke") == []
    dialog.done("A film script")
    [body] = desk.api.bodies("POST", f"{ABUSE}/{uid(3000)}/revoke")
    assert msgspec.json.decode(body, type=AbuseRevocation).reason == "A film script"


def test_somebody_can_be_paused_but_no_admin(desk: Desk) -> None:
    at = desk.open("admin_abuse", id=str(uid(3001)))
    dialog = by_button(at, "pause")
    dialog.done("Until we have spoken")
    [body] = desk.api.bodies("POST", f"{ABUSE}/{uid(3001)}/pause")
    hours = (msgspec.json.decode(body, type=AbusePause).until - desk.api.now).total_seconds() / 3600
    assert hours == pytest.approx(24, abs=0.2)
    keys = {button.key for button in desk.open("admin_abuse", id=str(uid(3003))).button}
    assert "pause" not in keys
    assert "revoke" in keys


def test_the_rules_are_changed(desk: Desk) -> None:
    at = desk.open("admin_abuse")
    dialog = by_button(at, "rules")
    at.number_input(key="rule_half_life").set_value(30)
    dialog.done("Half an hour is enough")
    [body] = desk.api.bodies("PATCH", f"{ABUSE}/settings")
    patch = msgspec.json.decode(body, type=AbuseRulesPatch)
    assert (patch.half_life_seconds, patch.enabled, patch.pause_from) == (1800, True, 55.0)
