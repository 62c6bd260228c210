"""Asking for more, and an administrator who decides in a browser of their own."""

from playwright.sync_api import Page, expect

from shared.accounts import UserRole
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import Join, Open
from tests.e2e.people import Person
from tests.e2e.visit import keyed, settled


def ask_for_pro(page: Page, reason: str) -> None:
    page.get_by_role("button", name="Request Pro", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Send request").click()
    expect(dialog).to_be_hidden()


def request_of(desk: Page, person: Person) -> None:
    """Chooses a person's request from the list."""
    expect(desk.get_by_role("heading", name="Plan requests", exact=True)).to_be_visible()
    settled(desk)
    keyed(desk, "asks").get_by_role("button", name=person.name).click()
    expect(desk.get_by_text(person.email)).to_be_visible()
    settled(desk)


def test_an_approved_request_changes_what_one_may_use_at_once(join: Join, visit: Open) -> None:
    person, admin = join(name="Lena Fischer"), join(name="Ada Administrator", role=UserRole.ADMIN)
    page = visit(person).open("/plans")
    expect(keyed(page, "plan_current_starter")).to_contain_text("Your plan")
    ask_for_pro(page, "Proofs need the Reasoning assistant.")
    expect(page.get_by_role("button", name="Request sent")).to_be_disabled()
    expect(page.get_by_role("table")).to_contain_text("Waiting")

    desk = visit(admin).open("/admin-requests")
    request_of(desk, person)
    expect(desk.get_by_role("blockquote")).to_contain_text("Proofs need the Reasoning assistant.")
    desk.get_by_label("Note to Lena").fill("Until the end of the project.")
    desk.get_by_label("Note to Lena").press("Tab")
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.get_by_text("Approved: Lena Fischer")).to_be_visible()

    chat = ChatPage(page)
    page.get_by_role("link", name="Chat", exact=True).click()  # no reload, no new sign-in
    expect(chat.sidebar).to_contain_text("Pro plan")
    expect(chat.sidebar.get_by_role("meter")).to_have_attribute("aria-label", "5,000 of 5,000 credits left")
    keyed(page, "card_open_reasoning").get_by_role("button").click()
    expect(keyed(page, "card_chosen_reasoning")).to_be_visible()
    expect(chat.ask("Good morning")).to_contain_text("Reasoning assistant · ")
    page.get_by_role("link", name="Plans", exact=True).click()
    expect(keyed(page, "plan_current_pro")).to_contain_text("Your plan")
    expect(page.get_by_role("table")).to_contain_text("Approved")
    expect(page.get_by_role("table")).to_contain_text("Until the end of the project.")


def test_a_request_is_declined_only_with_a_note_and_leaves_the_plan_as_it_is(join: Join, visit: Open) -> None:
    person, admin = join(name="Tomas Novak"), join(role=UserRole.ADMIN)
    page = visit(person).open("/plans")
    ask_for_pro(page, "More is better.")
    desk = visit(admin).open("/admin-requests")
    request_of(desk, person)
    desk.get_by_role("button", name="Decline", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("Say why in the note")
    desk.get_by_label("Note to Tomas").fill("Tell me what for.")
    desk.get_by_label("Note to Tomas").press("Tab")
    desk.get_by_role("button", name="Decline", exact=True).click()
    expect(desk.get_by_text("Declined: Tomas Novak")).to_be_visible()
    desk.get_by_role("radio", name="Decided").locator("xpath=ancestor-or-self::*[self::label or self::button]").click()
    request_of(desk, person)
    expect(desk.get_by_text("Tell me what for.")).to_be_visible()

    page.reload()
    expect(page.get_by_role("table")).to_contain_text("Declined")
    expect(page.get_by_role("table")).to_contain_text("Tell me what for.")
    expect(keyed(page, "plan_current_starter")).to_contain_text("Your plan")
    expect(page.get_by_role("button", name="Request Pro", exact=True)).to_be_enabled()


def test_a_locked_card_asks_for_its_family_which_is_then_added_to_the_plan(join: Join, visit: Open) -> None:
    person, admin = join(name="Noor Haddad"), join(role=UserRole.ADMIN)
    page = visit(person).open()
    keyed(page, "card_locked_reasoning").get_by_role("button").click()
    dialog = page.get_by_role("dialog", name="Request the Reasoning family")
    dialog.get_by_role("button", name="Send request").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Say what you need it for")
    dialog.get_by_label("Reason").fill("One hard problem.")
    dialog.get_by_role("button", name="Send request").click()
    expect(page.get_by_text("Request sent")).to_be_visible()

    desk = visit(admin).open("/admin-requests")
    request_of(desk, person)
    desk.get_by_role("button", name="Approve", exact=True).click()
    expect(desk.get_by_text("Approved: Noor Haddad")).to_be_visible()

    page.reload()
    expect(keyed(page, "card_open_reasoning")).to_be_visible()
    expect(keyed(page, "card_locked_images")).to_be_visible()
    expect(page.get_by_role("region", name="Sidebar")).to_contain_text("Starter plan")
