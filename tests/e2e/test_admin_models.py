"""Turning a model off, with a reason, and what that means for the next chat."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.accounts import UserRole
from shared.paths import ADMIN
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.installation import Installation
from tests.e2e.visit import settled

FAST, BALANCED = "Simulated fast", "Simulated balanced"


@pytest.fixture(autouse=True)
def restored(installation: Installation) -> Iterator[None]:
    """The other scenarios find every model as it was."""
    before = active(installation)
    yield
    after = active(installation)
    for name, was in before.items():
        if (model := after[name])["active"] != was["active"]:
            body = {"active": was["active"], "reason": "The scenario is over."}
            installation.admin.post(f"{ADMIN}/models/{model['id']}/activate", json=body).raise_for_status()


def active(installation: Installation) -> dict[str, dict[str, Any]]:
    models = installation.get(f"{ADMIN}/models", provider="simulator", limit="200")["items"]
    return {model["display_name"]: model for model in models}


def toggle(desk: Page, name: str, *, on: bool | None = None) -> Locator:
    """A model's toggle when the one that it replaces is gone, and when it is on or off."""
    state = "" if on is None else ":checked" if on else ":not(:checked)"
    found = desk.locator(f'input[role="switch"][aria-label="{name} active"]')
    expect(found).to_have_count(1)
    settled(desk)
    expect(found.and_(desk.locator(f"input{state}"))).to_have_count(1)
    return found


def press(desk: Page, name: str) -> Locator:
    """Presses a model's toggle; the dialog that asks why."""
    settled(desk)
    toggle(desk, name).locator("xpath=ancestor::label").click()
    return desk.get_by_role("dialog")


def test_a_model_turned_off_with_a_reason_is_avoided_by_the_next_chat(
    join: Join, visit: Open, installation: Installation
) -> None:
    reason = f"Price rise {uuid4().hex[:8]}"
    chat = ChatPage(visit(join()).open())
    expect(chat.ask("Good morning")).to_contain_text(f"General assistant · {FAST} · ")
    desk = visit(join(role=UserRole.ADMIN)).open("/admin-models?q=Simulated")
    toggle(desk, FAST, on=True)
    dialog = press(desk, FAST)
    expect(dialog).to_contain_text(f"Turn off {FAST}")
    dialog.get_by_role("button", name="Turn off", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give a reason")
    dialog.get_by_label("Reason, kept in the audit log").fill(reason)
    dialog.get_by_role("button", name="Turn off", exact=True).click()
    expect(desk.get_by_text(f"{FAST} is off")).to_be_visible()
    expect(dialog).to_be_hidden()
    toggle(desk, FAST, on=False)

    expect(chat.ask("Good evening", answers=2)).to_contain_text(f"General assistant · {BALANCED} · ")
    (entry,) = installation.get(f"{ADMIN}/audit", action="model.deactivated", limit="1")["items"]
    assert (entry["subject"], entry["reason"]) == ("sim-fast", reason)
    desk.goto("/admin-audit")
    expect(desk.get_by_text(reason)).to_be_visible()

    desk.goto("/admin-models?q=Simulated")
    dialog = press(desk, FAST)
    dialog.get_by_label("Reason, kept in the audit log").fill("The price fell again.")
    dialog.get_by_role("button", name="Turn on", exact=True).click()
    expect(desk.get_by_text(f"{FAST} is on")).to_be_visible()
    expect(chat.ask("Good night", answers=3)).to_contain_text(f"General assistant · {FAST} · ")


def test_a_toggle_goes_back_when_the_dialog_is_left(join: Join, visit: Open, installation: Installation) -> None:
    desk = visit(join(role=UserRole.ADMIN)).open("/admin-models?q=Simulated")
    dialog = press(desk, FAST)
    dialog.get_by_role("button", name="Cancel", exact=True).click()
    expect(dialog).to_be_hidden()
    toggle(desk, FAST, on=True)
    dialog = press(desk, FAST)
    expect(dialog).to_be_visible()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    toggle(desk, FAST, on=True)
    assert active(installation)[FAST]["active"]


def test_a_model_without_prices_cannot_be_turned_on(join: Join, visit: Open, installation: Installation) -> None:
    provider = next(
        each["id"] for each in installation.get(f"{ADMIN}/providers")["items"] if each["name"] == "simulator"
    )
    name = f"Unpriced {uuid4().hex[:6]}"
    body = {
        "reason": "A test needs it.", "provider_id": provider, "name": name.replace(" ", "-"), "display_name": name,
        "upstream_name": "sim-fast", "family": "simulated", "model_type": "chat", "context_window": 1000,
        "max_output_tokens": 1000, "latency_tier": "fast", "quality": 0.1,
    }  # fmt: skip
    installation.admin.post(f"{ADMIN}/models", json=body).raise_for_status()
    desk = visit(join(role=UserRole.ADMIN)).open(f"/admin-models?q={name.replace(' ', '+')}")
    expect(toggle(desk, name)).to_be_disabled()
    expect(desk.get_by_text("Missing", exact=True)).to_be_visible()
