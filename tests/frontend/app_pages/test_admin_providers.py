"""Providers: turned on and off, added, changed, and given keys that are never shown."""

import json

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, by_button, by_menu, by_toggle, shown
from tests.frontend.invented import uid

ANTHROPIC, COHERE, OLLAMA = uid(20), uid(24), uid(25)
_PROVIDERS = "/api/admin/providers"


def _sent(desk: Desk, provider: object) -> list[dict[str, object]]:
    return [json.loads(body) for body in desk.api.bodies("PATCH", f"{_PROVIDERS}/{provider}")]


def test_support_sees_no_providers(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_providers", "support"))


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(_PROVIDERS)
    assert "Providers could not be loaded" in shown(desk.open("admin_providers"))


def test_without_providers_the_page_says_so(desk: Desk) -> None:
    desk.api.empty = True
    assert "No providers yet" in shown(desk.open("admin_providers"))


def test_the_list_says_where_each_key_comes_from(desk: Desk) -> None:
    text = shown(desk.open("admin_providers"))
    assert "6 providers, 5 usable." in text
    for word in ("From the environment", "Missing", "Not needed", "No API key is set."):
        assert word in text


def test_turning_off_needs_a_reason(desk: Desk) -> None:
    at = desk.open("admin_providers")
    at.toggle(key=f"toggle_{ANTHROPIC}_0").set_value(False).run()
    assert "Running answers finish" in shown(at)
    dialog = by_toggle(at, "provider", ANTHROPIC)
    dialog.done()
    assert _sent(desk, ANTHROPIC) == [{"reason": "Because", "status": "disabled"}]
    assert at.toggle(key=f"toggle_{ANTHROPIC}_1").value is False


def test_cancelling_puts_the_toggle_back(desk: Desk) -> None:
    at = desk.open("admin_providers")
    at.toggle(key=f"toggle_{OLLAMA}_0").set_value(True).run()
    by_toggle(at, "provider", OLLAMA).press("dialog_cancel")
    assert at.toggle(key=f"toggle_{OLLAMA}_1").value is False
    assert not _sent(desk, OLLAMA)


def test_a_key_is_sent_and_then_only_known_to_be_there(desk: Desk) -> None:
    at = desk.open("admin_providers")
    dialog = by_menu(at, f"menu_{COHERE}", "Set key")
    dialog.done()
    assert at.error[0].value == "Paste a key\\."
    at.text_input(key="provider_key").input(" sk-secret ")
    dialog.done()
    assert _sent(desk, COHERE) == [{"reason": "Because", "api_key": "sk-secret"}]
    assert "Stored here" in shown(at)
    assert "sk-secret" not in shown(at)


def test_a_stored_key_can_be_removed(desk: Desk) -> None:
    at = desk.open("admin_providers")
    dialog = by_menu(at, f"menu_{COHERE}", "Set key")
    at.text_input(key="provider_key").input("sk-secret")
    dialog.done()
    dialog = by_menu(at, f"menu_{COHERE}", "Remove key")
    dialog.done()
    assert _sent(desk, COHERE)[-1] == {"reason": "Because", "api_key": None}


def test_a_provider_can_be_changed_and_a_refusal_is_told(desk: Desk) -> None:
    at = desk.open("admin_providers")
    desk.api.refuse(f"{_PROVIDERS}/{OLLAMA}", ErrorCode.INVALID_REQUEST, "The address is in a private network.")
    dialog = by_menu(at, f"menu_{OLLAMA}", "Change")
    at.text_input(key="provider_url").input("http://10.0.3.9/v1")
    dialog.done()
    assert at.error[0].value == "The address is in a private network\\."
    desk.api.broken.clear()
    dialog.done()
    assert _sent(desk, OLLAMA)[-1]["api_base_url"] == "http://10.0.3.9/v1"


def test_another_address_is_added_and_one_taken_out_of_use(desk: Desk) -> None:
    at = desk.open("admin_providers")
    path = f"{_PROVIDERS}/{ANTHROPIC}/endpoints"
    dialog = by_menu(at, f"menu_{ANTHROPIC}", "Addresses")
    dialog.done()
    assert at.error[0].value == "Give an address\\, or choose which are used\\."
    at.text_input(key="endpoint_url").input(" https://eu.example.org/v1 ")
    dialog.done()
    assert json.loads(desk.api.bodies("POST", path)[0])["base_url"] == "https://eu.example.org/v1"
    assert "and 1 more" in shown(at)
    dialog = by_menu(at, f"menu_{ANTHROPIC}", "Addresses")
    at.checkbox(key=f"use_{uid(900)}").set_value(False)
    dialog.done()
    assert json.loads(desk.api.bodies("PATCH", f"{path}/{uid(900)}")[0]) == {"enabled": False, "reason": "Because"}
    assert "and 1 more" not in shown(at)


def test_a_new_provider_needs_name_and_address(desk: Desk) -> None:
    at = desk.open("admin_providers")
    dialog = by_button(at, "add_provider")
    dialog.done()
    assert at.error[0].value == "A name and an address are needed\\."
    at.text_input(key="new_provider_name").input("mistral")
    at.text_input(key="provider_display").input("Mistral")
    at.text_input(key="provider_url").input("https://api.mistral.ai/v1")
    at.text_input(key="new_provider_key").input("sk-1")
    dialog.done()
    sent = json.loads(desk.api.bodies("POST", _PROVIDERS)[0])
    assert (sent["name"], sent["display_name"], sent["api_key"], sent["dialect"]) == (
        "mistral",
        "Mistral",
        "sk-1",
        "openai",
    )
    assert [toast.value for toast in at.toast] == ["Mistral added"]
