"""Importing a provider's model list, from the providers page and from the models page."""

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from frontend import format as words
from shared.errors import ErrorCode
from shared.imports import LineKind
from tests.frontend.app_pages.desk import Desk, Dialog, by_button, by_menu, shown
from tests.frontend.invented import uid
from tests.frontend.invented.imports import nothing

ANTHROPIC, OPENAI = uid(20), uid(21)
READ = f"/api/admin/providers/{ANTHROPIC}/imports"
APPLY = f"/api/admin/imports/{uid(950)}/apply"
ODD = "prices:sonnet"


def opened(desk: Desk) -> tuple[AppTest, Dialog]:
    at = desk.open("admin_providers")
    return at, by_menu(at, f"menu_{ANTHROPIC}", "Refresh models")


def sent(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(body) for body in desk.api.bodies("POST", APPLY)]


def box(at: AppTest, key: str) -> Any:
    return next(each for each in at.checkbox if (each.key or "").startswith(f"import_box_{key}_"))


def turn_to(at: AppTest, kind: LineKind) -> None:
    at.segmented_control(key=f"import_kind_{uid(950)}").set_value(kind)


def test_a_list_that_cannot_be_read_is_a_panel_and_can_be_read_again(desk: Desk) -> None:
    desk.api.break_down(READ, "The model list of Anthropic could not be read: HTTP 500.")
    at, dialog = opened(desk)
    assert "The list could not be read" in shown(at)
    assert "The model list of Anthropic could not be read: HTTP 500. The catalogue stays as it is." in shown(at)
    desk.api.broken.clear()
    dialog.press("import_again")
    assert "2 with other prices, 1 with other details, 34 new, 1 no longer listed, 6 unchanged." in shown(at)


def test_a_list_that_says_what_is_known_says_so(desk: Desk) -> None:
    desk.api.model_list = nothing(desk.api.now)
    at, _ = opened(desk)
    assert "Nothing differs" in shown(at)
    assert "10 models as Anthropic lists them." in shown(at)
    assert not [button for button in at.button if button.key == "dialog_done"]


def test_the_list_is_read_once_while_the_dialog_is_open(desk: Desk) -> None:
    at, dialog = opened(desk)
    dialog.press("dialog_done")
    assert len(desk.api.bodies("POST", READ)) == 1
    at.switch_page("app_pages/admin_models.py").run()
    at.switch_page("app_pages/admin_providers.py").run()
    by_menu(at, f"menu_{ANTHROPIC}", "Refresh models")
    assert len(desk.api.bodies("POST", READ)) == 2


def test_what_looks_as_it_should_is_ticked_and_nothing_else(desk: Desk) -> None:
    at, dialog = opened(desk)
    assert box(at, "prices:opus").value is True
    assert box(at, ODD).value is False
    assert "The price for input falls to zero" in shown(at)
    assert f"Input 15.00 → 5.00, {words.TIMES}0.3333" in shown(at)
    dialog.press("dialog_done")
    assert at.error[0].value == "Give a reason\\: it is kept in the audit log\\."
    assert sent(desk) == []
    dialog.done("The list of Monday")
    assert sent(desk) == [{"reason": "The list of Monday", "lines": ["details:haiku", "prices:opus"], "all": False}]
    assert [toast.value for toast in at.toast] == ["2 lines of the list of Anthropic applied"]


def test_boxes_choose_and_clear(desk: Desk) -> None:
    at, dialog = opened(desk)
    box(at, ODD).check()
    box(at, "prices:opus").uncheck()
    dialog.done()
    assert sent(desk)[0]["lines"] == ["details:haiku", ODD]


def test_a_group_is_filtered_and_ticked_as_a_whole(desk: Desk) -> None:
    at, dialog = opened(desk)
    turn_to(at, LineKind.NEW)
    dialog._run()
    assert len([each for each in at.checkbox if "import_box_new" in (each.key or "")]) == 30
    assert at.button(key="import_more").label == "Show 4 more"
    at.text_input(key="import_term").set_value("model-2")
    dialog._run()
    every = next(each for each in at.checkbox if (each.key or "").startswith("import_all_new"))
    assert every.label == "All 10 of them"
    every.check()
    dialog.done()
    assert len(sent(desk)[0]["lines"]) == 12


def test_a_refusal_is_told_and_the_list_can_be_read_again(desk: Desk) -> None:
    desk.api.refuse(APPLY, ErrorCode.CONFLICT, "The models were changed since the list was read.")
    at, dialog = opened(desk)
    dialog.done()
    assert at.error[0].value == "The models were changed since the list was read\\."
    desk.api.broken.clear()
    dialog.press("import_again")
    assert not at.error
    assert len(desk.api.bodies("POST", READ)) == 2
    dialog.done()
    assert len(sent(desk)) == 2


def test_cancelling_changes_nothing(desk: Desk) -> None:
    _, dialog = opened(desk)
    dialog.press("dialog_cancel")
    assert sent(desk) == []


def test_what_cannot_be_taken_is_told(desk: Desk) -> None:
    at, _ = opened(desk)
    assert "vendor/odd: The price for completion is negative." in shown(at)
    assert "2 models left out" in shown(at)


def test_the_models_page_asks_whose_models(desk: Desk) -> None:
    at = desk.open("admin_models")
    dialog = by_button(at, "import_models")
    choose = at.selectbox(key="import_provider")
    assert choose.options == ["Anthropic", "OpenAI", "Gemini", "Groq", "Ollama, rack 2"]
    assert not desk.api.bodies("POST", READ)
    choose.set_value(choose.options[1])
    dialog._run()
    assert len(desk.api.bodies("POST", f"/api/admin/providers/{OPENAI}/imports")) == 1
    dialog.done()
    assert [toast.value for toast in at.toast] == ["2 lines of the list of OpenAI applied"]


def test_without_a_key_there_is_nobody_to_ask(desk: Desk) -> None:
    desk.api.providers = [each for each in desk.api.providers if not each.usable]
    at = desk.open("admin_models")
    by_button(at, "import_models")
    assert "No provider can be asked" in shown(at)
