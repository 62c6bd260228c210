"""The chat as the person in front of it uses it."""

import re
from decimal import Decimal

from playwright.sync_api import Locator, Page, expect

from tests.e2e.visit import keyed, settled


class ChatPage:
    """Names for what is on the chat page, and the few things one does there again and again."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = page.locator("[data-testid=stChatInput] textarea")
        self.stop = page.get_by_role("button", name="Stop", exact=True)
        self.questions = page.get_by_role("group", name="Chat message from user")
        self.answers = page.get_by_role("group", name="Chat message from assistant")
        self.routes = page.get_by_role("button", name=re.compile(r"why\?$"))
        self.strip = keyed(page, "strip")
        self.picker = keyed(page, "picker").get_by_role("button")
        self.sidebar = page.get_by_role("region", name="Sidebar")

    def type(self, text: str) -> None:
        """Writes into the composer."""
        expect(self.composer).to_be_enabled()
        settled(self.page)
        self.composer.fill(text)

    def send(self, text: str) -> None:
        """Writes and sends."""
        self.type(text)
        self.composer.press("Enter")

    def ask(self, text: str, answers: int = 1) -> Locator:
        """Sends and waits until the conversation has so many finished answers; the last one's route line."""
        self.send(text)
        self.rests(answers)
        return self.routes.last

    def rests(self, answers: int = 1) -> None:
        """Waits until nothing is being written and so many answers stand there, each with its route line."""
        expect(self.routes).to_have_count(answers)
        expect(self.answers).to_have_count(answers)
        expect(self.stop).to_be_hidden()
        expect(self.composer).to_have_attribute("placeholder", "Ask a follow-up")


def credits_in(text: str | None) -> Decimal:
    """The amount in `Code assistant · Sonnet · 0.42 credits · why?`."""
    found = re.search(r"([\d,.]+) credits", text or "")
    assert found is not None, text
    return Decimal(found[1].replace(",", ""))
