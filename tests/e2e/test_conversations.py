"""The list of conversations, and links to them."""

from uuid import uuid4

import httpx
from playwright.sync_api import Page, expect

from shared.paths import CHAT, CONVERSATIONS
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.people import Person
from tests.e2e.provider import Provider
from tests.e2e.visit import choose, settled


def asked(person: Person, prompt: str) -> str:
    """A conversation begun at the API; its id."""
    body = {"message": {"content": prompt}, "assistant": "general", "stream": False}
    return str(person.http.post(CHAT, json=body).raise_for_status().json()["conversation_id"])


def test_a_link_opens_its_conversation_in_a_fresh_browser(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), f"Good morning {uuid4().hex[:8]}"
    provider.when(prompt, says=["And to you."])
    conversation = asked(person, prompt)
    chat = ChatPage(visit(person).open(f"/?c={conversation}"))
    chat.rests()
    expect(chat.questions).to_have_text(prompt)
    expect(chat.answers).to_have_text("And to you.")
    chat.sidebar.get_by_role("button", name="New chat").click()
    expect(chat.page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    chat.sidebar.get_by_role("button", name=prompt, exact=True).click()
    chat.rests()
    expect(chat.questions).to_have_text(prompt)
    assert chat.page.url.endswith(f"?c={conversation}")


def test_a_link_opens_for_nobody_else_and_shows_nothing_of_it(join: Join, visit: Open) -> None:
    prompt = f"A private matter {uuid4().hex[:8]}"
    conversation = asked(join(), prompt)
    for address in (conversation, str(uuid4()), "not-an-id"):
        page = visit(join()).open(f"/?c={address}")
        expect(page.get_by_role("heading", name="This conversation does not exist or is not yours")).to_be_visible()
        assert prompt not in page.content()
    page.get_by_role("button", name="New chat", exact=True).last.click()
    expect(page.get_by_role("heading", name="What do you want to do?")).to_be_visible()


def test_a_new_title_stays_and_an_empty_one_is_refused(join: Join, visit: Open) -> None:
    person, prompt = join(), f"Good evening {uuid4().hex[:8]}"
    conversation = asked(person, prompt)
    chat = ChatPage(visit(person).open(f"/?c={conversation}"))
    rename(chat.page, prompt, " ")
    expect(chat.page.get_by_role("alert")).to_contain_text("A title needs at least one character.")
    chat.page.reload()
    expect(chat.sidebar.get_by_text(prompt, exact=True)).to_be_visible()
    rename(chat.page, prompt, "*Letters* to [Nobody](x)")
    expect(chat.page.get_by_role("dialog")).to_be_hidden()
    expect(chat.sidebar.get_by_text("*Letters* to [Nobody](x)", exact=True)).to_be_visible()
    chat.page.reload()
    expect(chat.sidebar.get_by_text("*Letters* to [Nobody](x)", exact=True)).to_be_visible()
    assert person.http.get(f"{CONVERSATIONS}/{conversation}").json()["title"] == "*Letters* to [Nobody](x)"


def rename(page: Page, title: str, new: str) -> None:
    choose(page, f"Options for {title}", "Rename")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(f"input[value='{title}']")).to_be_visible()
    settled(page)
    expect(dialog.get_by_label("Title")).to_have_count(1)  # not also the one of an earlier dialog
    dialog.get_by_label("Title").fill(new)
    dialog.get_by_role("button", name="Rename", exact=True).click()


def test_a_deleted_conversation_is_gone_and_a_cancelled_deletion_changes_nothing(join: Join, visit: Open) -> None:
    person, kept, gone = join(), f"Keep {uuid4().hex[:8]}", f"Drop {uuid4().hex[:8]}"
    asked(person, kept)
    conversation = asked(person, gone)
    chat = ChatPage(visit(person).open(f"/?c={conversation}"))
    for answer in ("Cancel", "Delete conversation"):
        choose(chat.page, f"Options for {gone}", "Delete")
        dialog = chat.page.get_by_role("dialog")
        expect(dialog).to_contain_text("What it cost stays in your usage.")
        dialog.get_by_role("button", name=answer, exact=True).click()
        expect(dialog).to_be_hidden()
    expect(chat.page.get_by_text("Conversation deleted")).to_be_visible()
    expect(chat.page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    expect(chat.sidebar.get_by_role("button", name=gone, exact=True)).to_have_count(0)
    expect(chat.sidebar.get_by_role("button", name=kept, exact=True)).to_be_visible()
    assert person.http.get(f"{CONVERSATIONS}/{conversation}").status_code == httpx.codes.NOT_FOUND
    assert person.balance() < 1000


def test_searching_narrows_the_list(join: Join, visit: Open) -> None:
    person, wanted, other = join(), f"Apples {uuid4().hex[:8]}", f"Pears {uuid4().hex[:8]}"
    asked(person, wanted)
    asked(person, other)
    chat = ChatPage(visit(person).open())
    expect(chat.sidebar.get_by_role("button", name=other, exact=True)).to_be_visible()
    chat.sidebar.get_by_role("searchbox").fill("apples")
    expect(chat.sidebar.get_by_role("button", name=other, exact=True)).to_have_count(0)
    expect(chat.sidebar.get_by_role("button", name=wanted, exact=True)).to_be_visible()
    chat.sidebar.get_by_role("searchbox").fill("neither of them")
    expect(chat.sidebar).to_contain_text("No conversation matches")
