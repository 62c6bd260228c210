"""The models page: filters, activation with a reason, prices, new models."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from shared.errors import ErrorCode
from tests.frontend.app_pages.desk import Desk, by_button, by_menu, by_toggle, shown
from tests.frontend.invented import uid

SONNET, OPUS, GPT_5, QWEN = uid(40), uid(41), uid(44), uid(49)
_MODELS = "/api/admin/models"


def _names(at: AppTest) -> list[str]:
    return [toggle.label for toggle in at.toggle]


def test_support_sees_no_models(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_models", "support"))
    assert not desk.api.bodies("GET", _MODELS)


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(_MODELS)
    assert "Models could not be loaded" in shown(desk.open("admin_models"))


def test_an_empty_catalogue_says_so(desk: Desk) -> None:
    desk.api.empty = True
    at = desk.open("admin_models")
    assert "No models yet" in shown(at)
    assert at.button(key="add_model").disabled


def test_filters_that_match_nothing_say_so(desk: Desk) -> None:
    assert "No model matches" in shown(desk.open("admin_models", q="nothing like it"))


def test_the_head_counts_what_is_listed(desk: Desk) -> None:
    assert "10 models at 6 providers, 7 active." in shown(desk.open("admin_models"))
    assert "2 models found." in shown(desk.open("admin_models", q="gpt"))


def test_filters_are_in_the_address_and_narrow_the_list(desk: Desk) -> None:
    at = desk.open("admin_models", state="Price missing", provider="Gemini")
    assert _names(at) == ["Imagen 4 active"]
    at.text_input(key="q").set_value("gpt").run()
    assert "No model matches" in shown(at)


def test_long_lists_are_paged(desk: Desk) -> None:
    desk.api.models = [*desk.api.models * 6]
    at = desk.open("admin_models", before="50")
    assert len(at.toggle) == 10
    assert at.button(key="older_models").disabled
    assert not at.button(key="newer_models").disabled


def test_a_model_without_prices_cannot_be_turned_on(desk: Desk) -> None:
    at = desk.open("admin_models")
    assert at.toggle(key=f"toggle_{QWEN}_0").disabled
    assert "Missing" in shown(at)


def test_turning_off_needs_a_reason_and_takes_effect(desk: Desk) -> None:
    at = desk.open("admin_models")
    at.toggle(key=f"toggle_{OPUS}_0").set_value(False).run()
    assert "1,204 calls used it in the last 7 days." in shown(at)
    dialog = by_toggle(at, "model", OPUS)
    dialog.done(" ")
    assert at.error[0].value == "Give a reason\\: it is kept in the audit log\\."
    dialog.done("Price rise")
    assert [json.loads(body) for body in desk.api.bodies("POST", f"{_MODELS}/{OPUS}/activate")] == [
        {"active": False, "reason": "Price rise"}
    ]
    assert at.toggle(key=f"toggle_{OPUS}_1").value is False
    assert [toast.value for toast in at.toast] == ["Opus is off"]


def test_cancelling_puts_the_toggle_back(desk: Desk) -> None:
    at = desk.open("admin_models")
    at.toggle(key=f"toggle_{GPT_5}_0").set_value(True).run()
    assert "New calls may use it at once" in shown(at)
    by_toggle(at, "model", GPT_5).press("dialog_cancel")
    assert at.toggle(key=f"toggle_{GPT_5}_1").value is False
    assert not desk.api.bodies("POST", f"{_MODELS}/{GPT_5}/activate")


def test_a_refused_activation_says_why_and_changes_nothing(desk: Desk) -> None:
    at = desk.open("admin_models")
    desk.api.refuse(f"{_MODELS}/{GPT_5}/activate", ErrorCode.MODEL_UNPRICED, "Set prices first.")
    at.toggle(key=f"toggle_{GPT_5}_0").set_value(True).run()
    by_toggle(at, "model", GPT_5).done()
    assert at.error[0].value == "Set prices first\\."
    assert not at.toast


def test_prices_are_sent_exactly_as_typed(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_menu(at, f"menu_{QWEN}", "Set prices")
    assert "Missing: input, output." in shown(at)
    at.text_input(key="price_input").input("$0.0750")
    at.text_input(key="price_output").input("1,000.5")
    dialog.done()
    sent = json.loads(desk.api.bodies("PATCH", f"{_MODELS}/{QWEN}")[0])
    assert sent["prices"] == {
        "input": "0.0750", "cached_input": None, "cache_write": None, "output": "1000.5",
        "reasoning": None, "audio": None, "image": None, "request": None,
    }  # fmt: skip
    assert set(sent) == {"reason", "prices"}


@pytest.mark.parametrize("text", ["x", "-1", "NaN", "1e999999999"])
def test_a_price_that_is_none_is_refused_before_it_is_sent(desk: Desk, text: str) -> None:
    at = desk.open("admin_models")
    dialog = by_menu(at, f"menu_{SONNET}", "Set prices")
    assert at.text_input(key="price_input").value == "3.00"
    at.text_input(key="price_input").input(text)
    dialog.done()
    assert at.error[0].value.startswith("Input\\:")
    assert not desk.api.bodies("PATCH", f"{_MODELS}/{SONNET}")


def test_a_model_can_be_changed(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_menu(at, f"menu_{SONNET}", "Change")
    at.text_input(key="model_display").input("Sonnet 5")
    at.number_input(key="model_window").set_value(400_000)
    dialog.done()
    sent = json.loads(desk.api.bodies("PATCH", f"{_MODELS}/{SONNET}")[0])
    assert (sent["display_name"], sent["context_window"]) == ("Sonnet 5", 400_000)
    assert "prices" not in sent
    assert "Sonnet 5 active" in _names(at)


def test_how_long_to_wait_is_set_where_it_is_not_as_usual(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_menu(at, f"menu_{OPUS}", "Change")
    at.number_input(key="limit_first_token").set_value(45.0)
    dialog.done()
    sent = json.loads(desk.api.bodies("PATCH", f"{_MODELS}/{OPUS}")[0])
    assert sent["limits"] == {"connect": None, "first_byte": None, "first_token": 45.0, "inter_token": None}


def test_a_new_model_needs_its_names(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_button(at, "add_model")
    dialog.done()
    assert "are needed" in at.error[0].value
    assert not desk.api.bodies("POST", _MODELS)


def test_a_new_model_is_added_and_stays_off(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_button(at, "add_model")
    at.text_input(key="new_name").input("mistral-large")
    at.text_input(key="new_upstream").input("mistral-large-latest")
    at.text_input(key="new_family").input("mistral")
    at.text_input(key="model_display").input("Mistral Large")
    at.text_input(key="price_input").input("2")
    at.text_input(key="price_output").input("6")
    dialog.done()
    sent = json.loads(desk.api.bodies("POST", _MODELS)[0])
    assert (sent["name"], sent["upstream_name"], sent["family"]) == ("mistral-large", "mistral-large-latest", "mistral")
    assert (sent["provider_id"], sent["model_type"], sent["prices"]["output"]) == (str(uid(20)), "chat", "6")
    assert [toast.value for toast in at.toast] == ["Mistral Large added\\, not active yet"]
