"""Somebody who goes on sending what is blocked is paused; an admin sees it on the desk and lifts it."""

import re
from uuid import uuid4

import httpx
from playwright.sync_api import expect

from shared.accounts import UserRole
from shared.paths import ADMIN, CHAT
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.installation import Installation
from tests.e2e.people import Person
from tests.e2e.test_trouble import FORBIDDEN
from tests.e2e.visit import keyed, settled

TO_PAUSE = 6


def send_forbidden(person: Person, times: int) -> list[httpx.Response]:
    """Prompts that are blocked."""
    return [
        person.http.post(CHAT, json={"message": {"content": f"{FORBIDDEN} ({uuid4().hex[:8]})"}}) for _ in range(times)
    ]


def test_a_paused_person_reads_until_when_and_why_and_an_admin_lifts_it_on_the_desk(
    join: Join, visit: Open, installation: Installation
) -> None:
    person = join()
    assert {answer.status_code for answer in send_forbidden(person, TO_PAUSE)} == {422}
    chat = ChatPage(visit(person).open())
    chat.send("Good morning")
    panel = keyed(chat.page, "panel_bad_paused")
    expect(panel.get_by_role("heading")).to_have_text(re.compile(r"■ Paused until (\d\d? \w+ \d{4}, )?\d\d:\d\d"))
    expect(panel).to_contain_text("Several prompts were blocked by a safety rule.")
    expect(panel).to_contain_text("ask your administrator")
    expect(chat.questions).to_have_text("Good morning")
    assert person.balance() == 1000

    desk = visit(join(role=UserRole.ADMIN)).open("/admin-abuse?step=Paused")
    inspector = keyed(desk, "inspector")
    expect(inspector).to_contain_text(person.email)
    expect(inspector).to_contain_text("Blocked prompt")
    assert "ransomware" not in desk.content()
    settled(desk)
    inspector.get_by_role("button", name="Lift and forget").click()
    dialog = desk.get_by_role("dialog")
    dialog.get_by_role("button", name="Lift and forget", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Give a reason")
    dialog.get_by_label("Reason, kept in the audit log").fill("It was for a film.")
    dialog.get_by_role("button", name="Lift and forget", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(desk.get_by_text("Nobody has a score")).to_be_visible()
    (entry,) = installation.get(f"{ADMIN}/audit", action="abuse.revoked", limit="1")["items"]
    assert (entry["subject"], entry["reason"]) == (person.email, "It was for a film.")

    settled(chat.page)
    panel.get_by_role("button", name="Try again").click()
    chat.rests()
    expect(panel).to_be_hidden()


def test_a_wrong_block_is_reported_with_a_click(join: Join, visit: Open, installation: Installation) -> None:
    person = join()
    chat = ChatPage(visit(person).open())
    chat.send(f"{FORBIDDEN} ({uuid4().hex[:8]})")
    panel = keyed(chat.page, "panel_bad_refused")
    panel.get_by_role("button", name="Report a wrong block").click()
    expect(chat.page.get_by_text("Reported. A block by mistake does not count against you")).to_be_visible()
    scores = installation.get(f"{ADMIN}/abuse", kind="user", limit="200")["items"]
    (mine,) = [each for each in scores if each["user_email"] == person.email]
    assert mine["score"] == 0
