"""Who sees which desk: nobody, a user, a support engineer, an administrator."""

import re

import pytest
from playwright.sync_api import expect

from frontend.navigation import ENTRIES, Desk, desk_pages
from shared.accounts import UserRole
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open

DESK = [entry for entry in ENTRIES if entry.desk is Desk.ADMIN]
CLOSED = "This page belongs to the admin desk"


def test_somebody_without_a_role_never_sees_the_admin_desk(join: Join, visit: Open) -> None:
    person = join()
    chat = ChatPage(visit(person).open())
    chat.sidebar.get_by_role("button", name=person.name).click()
    expect(chat.page.get_by_text("Sign out", exact=True)).to_be_visible()
    expect(chat.page.get_by_text("Admin desk", exact=True)).to_have_count(0)
    for entry in DESK:
        chat.page.goto(f"/{entry.path}")
        expect(chat.page.get_by_role("heading", name=CLOSED)).to_be_visible()
        expect(chat.sidebar.get_by_role("link", name=entry.title, exact=True)).to_have_count(0)


@pytest.mark.parametrize("role", [UserRole.SUPPORT, UserRole.ADMIN])
def test_the_desk_lists_what_the_role_may_open_and_only_that_opens(join: Join, visit: Open, role: UserRole) -> None:
    person = join(role=role)
    chat = ChatPage(visit(person).open())
    page = chat.page
    chat.sidebar.get_by_role("button", name=person.name).click()
    page.get_by_text("Admin desk", exact=True).click()
    expect(page.get_by_role("heading", name="Overview", exact=True)).to_be_visible()
    listed = [entry.title for entry in desk_pages(Desk.ADMIN, role)]
    expect(chat.sidebar.get_by_role("link")).to_have_text(
        [re.compile(f"{title}$") for title in [*listed, "Back to chat"]]
    )
    assert ("Models" in listed) is (role is UserRole.ADMIN)
    assert "Model calls" in listed
    for entry in DESK:
        page.goto(f"/{entry.path}")
        heading = entry.title if entry.title in listed else CLOSED
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def test_a_signed_out_visitor_meets_the_door_on_every_page(visit: Open) -> None:
    page = visit().page
    for entry in ENTRIES:
        if entry.desk is not Desk.DOOR:
            page.goto(f"/{entry.path}")
            expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
            expect(page.get_by_role("link", name="Back to chat")).to_have_count(0)
