"""The way in and the way out."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from shared.paths import ADMIN, ME, SESSION_COOKIE
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.installation import Installation
from tests.e2e.people import PASSWORD, Person
from tests.e2e.visit import Visit, choose


def fill(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)


def session_cookie(opened: Visit) -> Mapping[str, Any] | None:
    return next((each for each in opened.context.cookies() if each.get("name") == SESSION_COOKIE), None)


def test_a_wrong_password_is_told_and_the_right_one_opens_the_page_that_was_asked_for(join: Join, visit: Open) -> None:
    person, opened = join(), visit()
    page = opened.open("/usage")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    fill(page, person.email, "not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "Email and password do not match. 4 tries left before a pause of 15 minutes."
    )
    assert session_cookie(opened) is None
    page.keyboard.type(PASSWORD)  # the field is selected, ready for another try
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    cookie = session_cookie(opened)
    assert cookie is not None
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Lax"
    assert SESSION_COOKIE not in page.evaluate("document.cookie")


def test_somebody_unknown_is_told_the_same_as_with_a_wrong_password(visit: Open) -> None:
    page = visit().open()
    fill(page, "nobody-at-all@example.org", "not the password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Email and password do not match. 4 tries left")


def test_signing_out_ends_the_session_also_in_other_tabs(join: Join, visit: Open, installation: Installation) -> None:
    person = join()
    opened = visit(person)
    page, other = opened.open(), opened.tab("/plans")
    expect(other.get_by_role("heading", name="Plans", exact=True)).to_be_visible()
    choose(page, person.name, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert session_cookie(opened) is None
    assert_ended(installation, person)
    other.get_by_role("link", name="Usage").click()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def assert_ended(installation: Installation, person: Person) -> None:
    answer = httpx.get(f"{installation.api}{ME}", headers={"authorization": f"Bearer {person.session}"})
    assert answer.status_code == httpx.codes.UNAUTHORIZED


def test_a_reset_link_sets_a_new_password_once_and_ends_what_was_open(
    join: Join, visit: Open, installation: Installation
) -> None:
    person, password = join(), "quite another password"
    link = installation.admin.post(f"{ADMIN}/users/{person.id}/reset").raise_for_status().json()["path"]
    page = visit().open(link)
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("The password is set.")).to_be_visible()
    assert_ended(installation, person)
    page.get_by_role("link", name="Sign in").click()
    fill(page, person.email, password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    used = visit().open(link)
    used.get_by_label("New password", exact=True).fill(password)
    used.get_by_label("New password again").fill(password)
    used.get_by_role("button", name="Set password").click()
    expect(used.get_by_role("alert")).to_be_visible()


def test_somebody_new_makes_an_account_and_can_chat(visit: Open) -> None:
    page = visit().open()
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Ines Duarte")
    fill(page, "ines.duarte@example.org", PASSWORD)
    page.get_by_role("button", name="Create account", exact=True).click()
    chat = ChatPage(page)
    expect(page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    expect(chat.sidebar.get_by_role("meter")).to_have_attribute("aria-label", "1,000 of 1,000 credits left")
    expect(chat.sidebar.get_by_role("button", name=re.compile("^Ines Duarte"))).to_be_visible()
    chat.ask("Say hello")
