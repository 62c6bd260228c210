"""One person's browser at an installation, and what must hold on every page they see."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from shared.paths import SESSION_COOKIE
from tests.e2e.people import Person

TIMEOUT_MS = 15_000
_INLINE = ("data:", "blob:", "about:")


class Visit:
    """A browser with its own cookies, and one page in it. It notes whatever no page may do.

    `trusted` are origins that it may go to beside the product's.
    """

    def __init__(self, browser: Browser, web: str, person: Person | None, options: Mapping[str, Any]) -> None:
        self.web = web
        self.misdeeds: list[str] = []
        self.trusted: tuple[str, ...] = ()
        self.context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "timezone_id": "UTC", "locale": "en-GB"} | dict(options),
            base_url=web,
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        if person is not None:
            self.context.add_cookies([{"name": SESSION_COOKIE, "value": person.session, "url": web}])
        self.context.on("request", self._on_request)
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.misdeeds.append(f"a script failed: {error.error}"))
        self.page = self.context.new_page()

    def open(self, path: str = "/") -> Page:
        """Loads a page and waits until it is drawn."""
        self.page.goto(path)
        settled(self.page)
        return self.page

    def tab(self, path: str = "/") -> Page:
        """Another tab of the same browser."""
        page = self.context.new_page()
        page.goto(path)
        settled(page)
        return page

    def close(self) -> None:
        """Ends the browser."""
        self.context.close()

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.web, *_INLINE, *self.trusted)):
            self.misdeeds.append(f"it asked elsewhere: {request.method} {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.misdeeds.append(message.text)


def settled(page: Page) -> None:
    """Waits for a connection and for the end of the run under way: what is typed before that is lost."""
    app = page.locator("[data-testid=stApp]")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def keyed(page: Page, key: str) -> Locator:
    """What the web app's code drew under this key."""
    return page.locator(f".st-key-{key}")


def choose(page: Page, button: str | re.Pattern[str], option: str) -> None:
    """Opens a menu by the name of its button and takes one of its entries."""
    page.get_by_role("button", name=button, exact=isinstance(button, str)).first.click()
    page.get_by_role("menuitem", name=option, exact=True).or_(
        page.get_by_role("option", name=option, exact=True)
    ).click()


def photograph(page: Page, path: Path) -> None:
    """Keeps a picture for people to look at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, animations="disabled")
