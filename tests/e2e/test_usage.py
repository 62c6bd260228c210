"""Usage as its user reads it."""

from decimal import Decimal
from uuid import uuid4

from playwright.sync_api import expect

from shared.paths import USAGE
from tests.e2e.chat_page import ChatPage, credits_in
from tests.e2e.conftest import Join, Open
from tests.e2e.provider import Provider, counted


def test_usage_is_empty_before_a_chat_and_agrees_with_it_after(join: Join, visit: Open, provider: Provider) -> None:
    person, prompt = join(), f"Tell me of {uuid4().hex[:8]}"
    provider.when(prompt, says=counted(900), spacing_ms=1)
    page = visit(person).open("/usage")
    expect(page.get_by_role("heading", name="No calls in this period")).to_be_visible()
    page.get_by_role("button", name="Start a chat").click()
    chat = ChatPage(page)
    credits = credits_in(chat.ask(prompt).text_content())
    page.get_by_role("link", name="Usage", exact=True).click()
    figures = page.locator(".fl-strip")
    expect(figures).to_contain_text(f"{credits}")
    expect(figures).to_contain_text("0 failed, not charged")
    expect(page.get_by_role("heading", name="Credits by day and assistant")).to_be_visible()
    expect(page.get_by_role("heading", name="By model")).to_be_visible()
    total = person.http.get(USAGE).raise_for_status().json()["total"]
    assert total["calls"] == 1
    assert Decimal(1000) - person.balance() == Decimal(total["credits"])
    assert Decimal(total["credits"]).quantize(Decimal("0.01")) == credits
    with page.expect_download() as download:
        page.get_by_role("button", name="Export CSV").click()
    exported = download.value.path().read_text()
    assert total["credits"].rstrip("0") in exported
