"""Who answers: chosen in the gallery, in the picker, by Auto, or on the precheck's advice."""

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.provider import Provider
from tests.e2e.visit import keyed, settled

CODE_PROMPT = "Write a Python function that merges two sorted lists, with unit tests"


def test_a_card_of_the_gallery_chooses_who_answers(join: Join, visit: Open) -> None:
    chat = ChatPage(visit(join()).open())
    expect(keyed(chat.page, "card_chosen_auto")).to_be_visible()
    keyed(chat.page, "card_open_writing").get_by_role("button").click()
    expect(keyed(chat.page, "card_chosen_writing")).to_be_visible()
    expect(chat.picker).to_have_text(re.compile("Writing"))
    expect(chat.ask("Good morning to everybody")).to_contain_text("Writing assistant · ")
    chat.page.reload()
    expect(chat.picker).to_have_text(re.compile("Writing"))


def test_the_picker_changes_who_answers_next_and_leaves_earlier_answers_as_they_are(join: Join, visit: Open) -> None:
    chat = ChatPage(visit(join()).open())
    expect(chat.ask("Good morning")).to_contain_text("General assistant · ")
    chat.picker.click()
    expect(chat.page.get_by_text("Reasoning needs the Pro plan, Images the Team plan.")).to_be_visible()
    chat.page.get_by_role("radio", name="Data").locator("xpath=ancestor::label").click()
    expect(chat.picker).to_have_text(re.compile("Data"))
    expect(chat.page.get_by_role("radio")).to_have_count(0)
    expect(chat.ask("Good evening", answers=2)).to_contain_text("Data assistant · ")
    expect(chat.routes.first).to_contain_text("General assistant · ")


def test_while_one_types_the_strip_says_what_it_is_and_costs_and_nothing_is_sent(
    join: Join, visit: Open, provider: Provider
) -> None:
    person, mark = join(), uuid4().hex[:8]
    chat = ChatPage(visit(person).open())
    chat.type(f"{CODE_PROMPT} {mark}")
    expect(chat.strip).to_contain_text("Code, ")
    expect(chat.strip).to_contain_text(re.compile(r"about [\d.]+ to [\d.]+ credits"))
    chat.composer.fill("short")
    expect(chat.strip.get_by_role("status")).to_have_text("")
    assert not provider.asked(mark)
    assert person.balance() == 1000


def test_the_strip_advises_another_assistant_and_one_press_follows_it(join: Join, visit: Open) -> None:
    chat = ChatPage(visit(join()).open())
    keyed(chat.page, "card_open_writing").get_by_role("button").click()
    expect(chat.picker).to_have_text(re.compile("Writing"))
    chat.type(CODE_PROMPT)
    expect(chat.strip).to_contain_text("Looks like code.")
    chat.strip.get_by_role("button", name="Use Code").click()
    expect(chat.picker).to_have_text(re.compile("Code"))
    expect(chat.composer).to_have_value(CODE_PROMPT)
    settled(chat.page)
    chat.composer.press("Enter")
    chat.rests()
    expect(chat.routes).to_contain_text("Code assistant · ")


def test_a_recommendation_that_was_ignored_is_not_repeated_in_that_conversation(join: Join, visit: Open) -> None:
    chat = ChatPage(visit(join()).open())
    keyed(chat.page, "card_open_writing").get_by_role("button").click()
    expect(chat.picker).to_have_text(re.compile("Writing"))
    chat.type(CODE_PROMPT)
    expect(chat.strip).to_contain_text("Looks like code.")
    chat.composer.press("Enter")
    chat.rests()
    expect(chat.routes).to_contain_text("Writing assistant · ")
    chat.type("Now write the same Python function in Rust, with unit tests")
    expect(chat.strip).to_contain_text(re.compile(r"about [\d.]+ to [\d.]+ credits"))
    expect(chat.strip).not_to_contain_text("Looks like code.")


def test_a_suggestion_fills_the_composer_and_sends_nothing(join: Join, visit: Open) -> None:
    chat = ChatPage(visit(join()).open())
    chat.page.get_by_role("button", name="Shorten a text to half without losing a point").click()
    expect(chat.composer).to_have_value(re.compile("Shorten this text to half"))
    expect(chat.questions).to_have_count(0)
