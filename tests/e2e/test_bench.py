"""A prompt that was read wrongly: marked by its writer in the chat, tried and marked by an admin in the test bench."""

import json
from uuid import uuid4

from playwright.sync_api import Page, expect

from shared.accounts import UserRole
from shared.paths import PRECHECKS
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.installation import Installation
from tests.e2e.visit import keyed, settled


def pick(page: Page, label: str, option: str) -> None:
    """Takes an option of a list that is on the screen."""
    page.get_by_role("combobox", name=label).and_(page.locator(":visible")).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def test_a_writer_marks_a_prompt_and_lets_its_text_be_kept(join: Join, visit: Open) -> None:
    person, prompt = join(), f"Write a poem about the harbour {uuid4().hex[:8]}"
    chat = ChatPage(visit(person).open())
    chat.ask(prompt).click()
    expect(chat.page.locator(".fl-why")).to_be_visible()
    pick(chat.page, "Not right? The prompt was", "Summarization")
    chat.page.get_by_text("Fairlead may keep the text to learn from").click()
    chat.page.get_by_role("button", name="Send", exact=True).click()
    expect(chat.page.get_by_text("Noted. It helps to read prompts better.")).to_be_visible()
    [mark] = person.http.get(f"{PRECHECKS}/marks").raise_for_status().json()["items"]
    assert (mark["category"], mark["was"]["category"], mark["prompt"]) == ("summarization", "writing", prompt)


def test_an_admin_tries_prompts_and_marks_one(join: Join, visit: Open, installation: Installation) -> None:
    admin, prompt = join(role=UserRole.ADMIN), f"Write a poem about the harbour {uuid4().hex[:8]}"
    admin.http.post("/api/ai/precheck", json={"prompt": prompt}).raise_for_status()
    page = visit(admin).open("/admin-bench")
    expect(page.get_by_role("heading", name="Nothing tried yet")).to_be_visible()
    page.get_by_label("Prompts").fill(f"{prompt}\n---\nTranslate this into French: good day")
    page.get_by_role("button", name="Try", exact=True).click()
    first, second = keyed(page, "panel_plain_bench_0"), keyed(page, "panel_plain_bench_1")
    expect(first).to_contain_text("Writing, ")
    expect(first.get_by_role("table", name="Decisions when the text was sent")).to_contain_text("nothing")
    expect(second).to_contain_text("Translation, ")
    expect(second).to_contain_text("has not been sent in your organisation")
    settled(page)
    first.get_by_role("button", name="Mark as wrong").click()
    pick(page, "It was", "Chat")
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_text("Marked. It is in the next export of marks.")).to_be_visible()
    page.goto("/admin-marks")
    expect(keyed(page, "rows")).to_contain_text("Features")
    export = page.get_by_role("link", name="Export").get_attribute("href")
    exported = page.request.get(f"{installation.web}{export}").text().splitlines()
    line = next(each for each in map(json.loads, exported) if each["label"] == "chat")
    assert (line["meta"]["was"], line["source"], "prompt" in line) == ("writing", "marks", False)
