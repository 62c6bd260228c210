"""Every page in both themes, on a desk and on a phone: it fits, nothing failed, and there is a picture to look at."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from frontend.navigation import ENTRIES, Desk
from shared.accounts import UserRole
from shared.paths import CHAT, PLAN_REQUESTS
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import ARTEFACTS, Open
from tests.e2e.installation import Installation
from tests.e2e.people import Person, join
from tests.e2e.provider import Provider, counted
from tests.e2e.visit import keyed, photograph, settled

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SCREENS = [
    pytest.param(theme, options, id=f"{theme}-{options['viewport']['width']}")
    for theme in ("light", "dark")
    for options in (WIDE, PHONE)
]
RICH = """## Two ways to sort

A **stable** sort keeps equal rows in order; see [the manual](https://example.org/sort) and `sorted()`.

```python
def ranked(rows: list[tuple[str, int]], *, reverse: bool = False) -> list[tuple[str, int]]:
    return sorted(rows, key=lambda row: (row[1], row[0]), reverse=reverse)  # a line that is far too long for a phone
```

| Name | Cost | Memory | Stable | In place | Worst case | Usual case | Remarks |
| --- | ---: | ---: | --- | --- | --- | --- | --- |
| Merge sort | $1.20 | $3.40 | yes | no | n log n | n log n | good for lists |
| Heap sort | $2.00 | $0.10 | no | yes | n log n | n log n | good for memory |

1. Measure first.
2. Averylongwordwithoutanyplacetobreakitaveryllongwordwithoutanyplacetobreakitaverylongwordwithoutanyplacetobreakit.

$$
\\sum_{i=1}^{n} i = \\frac{n(n+1)}{2}
$$
"""


@dataclass(frozen=True)
class Scene:
    """Somebody who has used everything a little, and where their conversation is."""

    person: Person
    conversation: str


@pytest.fixture(scope="package")
def scene(installation: Installation, simulator_url: str) -> Scene:
    """An administrator with a conversation, calls of several outcomes, and people who ask for more."""
    mark, provider = uuid4().hex[:8], Provider(simulator_url)
    provider.when(f"Compare {mark}", says=[RICH])
    person = join(installation, name="Ada Administrator", role=UserRole.ADMIN)
    conversation = say(person, f"Compare {mark} ways to sort rows in Python.\n\nKeep it short.")
    provider.when(f"Switch {mark}", fault="404", times=1)
    say(person, f"Switch {mark} to another model")
    for name, request in (("Ines Duarte", {"plan": "pro"}), ("Jonas Weber", {"model_family": "reasoning"})):
        asker = join(installation, name=name)
        say(asker, "Good morning")
        asker.http.post(PLAN_REQUESTS, json={**request, "reason": "For the proofs of the year."}).raise_for_status()
    provider.close()
    return Scene(person, conversation)


def say(person: Person, prompt: str) -> str:
    body = {"message": {"content": prompt}, "stream": False}
    return str(person.http.post(CHAT, json=body).raise_for_status().json()["conversation_id"])


def fits(page: Page) -> None:
    """Nothing is wider than the screen, nor scrolls sideways but code, tables and charts in their own boxes."""
    too_wide = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('[data-testid=stMain], [data-testid=stBottom],'
            + '[data-testid=stSidebarContent], [data-testid=stMainBlockContainer], [role=dialog]')]
            .filter((each) => each.scrollWidth > Math.min(each.clientWidth, window.innerWidth) + 1)
            .map((each) => `${each.dataset.testid ?? each.tagName}: ${each.scrollWidth} > ${each.clientWidth}`)"""
    )
    assert not too_wide, f"{page.url}: {too_wide}"


class Camera:
    """Checks and photographs one page after the other."""

    def __init__(self, page: Page, screen: str) -> None:
        self.page, self._folder = page, ARTEFACTS / "pages" / screen

    def take(self, name: str) -> None:
        """The page as it stands."""
        settled(self.page)
        expect(self.page.locator("[data-testid=stSkeleton]")).to_have_count(0)
        expect(self.page.locator("[data-testid=stException], .st-key-panel_bad_failed")).to_have_count(0)
        self.page.evaluate("document.fonts.ready")
        photograph(self.page, self._folder / f"{name}.png")
        fits(self.page)


@pytest.mark.parametrize(("theme", "options"), SCREENS)
def test_every_page_fits_in_every_theme(
    visit: Open, scene: Scene, theme: str, options: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    page = visit(scene.person, color_scheme=theme, **options).page
    camera = Camera(page, request.node.callspec.id)
    for entry in ENTRIES:
        if entry.desk is Desk.DOOR:
            continue
        page.goto(f"/{entry.path}")
        heading = {"": "What do you want to do?"}.get(entry.path, entry.title)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        expect(page.locator("[data-testid=stApp]")).to_have_css("color-scheme", theme)
        camera.take(entry.path or "chat")
    page.goto(f"/?c={scene.conversation}")
    chat = ChatPage(page)
    chat.rests()
    expect(chat.answers.locator(".katex-display")).to_be_visible()
    camera.take("chat-thread")
    chat.routes.click()
    expect(page.locator(".fl-why")).to_be_visible()
    camera.take("chat-why")


@pytest.mark.parametrize(("theme", "options"), SCREENS)
def test_every_state_of_the_chat_and_every_dialog_fits(
    installation: Installation,
    visit: Open,
    provider: Provider,
    theme: str,
    options: dict[str, Any],
    request: pytest.FixtureRequest,
) -> None:
    screen = request.node.callspec.id
    door = visit(color_scheme=theme, **options).open()
    expect(door.get_by_role("heading", name="Sign in")).to_be_visible()
    Camera(door, screen).take("sign-in")

    person, prompt = join(installation), f"Tell me of {uuid4().hex[:8]}"
    page = visit(person, color_scheme=theme, **options).open()
    camera, chat = Camera(page, screen), ChatPage(page)
    keyed(page, "card_open_writing").get_by_role("button").click()
    expect(keyed(page, "card_chosen_writing")).to_be_visible()
    chat.type("Write a Python function that merges two sorted lists, with unit tests")
    expect(chat.strip).to_contain_text("Looks like code.")
    camera.take("chat-strip")
    chat.composer.fill("")
    chat.picker.click()
    expect(page.get_by_role("radio")).not_to_have_count(0)
    camera.take("chat-picker")
    page.keyboard.press("Escape")
    keyed(page, "card_locked_reasoning").get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    camera.take("chat-request")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()

    provider.when(prompt, says=counted(80), spacing_ms=40, fault="in-band-error-60", times=1)
    provider.when(prompt, fault="500")
    chat.send(prompt)
    expect(chat.answers).to_contain_text("word5 ")
    photograph(page, ARTEFACTS / "pages" / screen / "chat-streaming.png")
    fits(page)
    expect(page.get_by_role("heading", name="This answer is incomplete")).to_be_visible()
    camera.take("chat-incomplete")
    broke = visit(join(installation, credits=Decimal(0)), color_scheme=theme, **options).open()
    expect(keyed(broke, "panel_warn_broke")).to_be_in_viewport(ratio=1)
    Camera(broke, screen).take("chat-out-of-credits")


@pytest.mark.parametrize("options", [pytest.param(PHONE, id="phone")])
def test_a_phone_reaches_everything_through_the_drawer(
    installation: Installation, visit: Open, options: dict[str, Any]
) -> None:
    person = join(installation)
    chat = ChatPage(visit(person, **options).open())
    chat.ask("Good morning")
    chat.page.get_by_test_id("stExpandSidebarButton").click()
    expect(chat.sidebar.get_by_role("meter")).to_be_in_viewport(ratio=1)
    photograph(chat.page, ARTEFACTS / "pages" / "drawer.png")
    chat.sidebar.get_by_role("link", name="Usage", exact=True).click()
    expect(chat.page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
