"""The whole product once for all scenarios of this folder, and a browser for each of its people."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from shared.accounts import UserRole
from tests.e2e import people
from tests.e2e.browser import executable
from tests.e2e.installation import Installation
from tests.e2e.people import Person
from tests.e2e.provider import Provider
from tests.e2e.visit import TIMEOUT_MS, Visit, photograph
from tests.fixtures.openid import OpenIdServer, openid_server

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
_HERE = Path(__file__).parent
_WARM_SECONDS = 90
_failed = pytest.StashKey[bool]()

Join = Callable[..., Person]
Open = Callable[..., Visit]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands in this folder needs the browser, and the first one the time of a start."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(240))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Notes a failure for the fixture that photographs it."""
    report = yield
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.fixture(scope="package")
def harbour() -> Iterator[OpenIdServer]:
    """Where people may sign in, too."""
    with openid_server() as server:
        yield server


@pytest.fixture(scope="package")
def installation(simulator_url: str, harbour: OpenIdServer) -> Iterator[Installation]:
    """The product, running."""
    running = Installation(simulator_url, harbour.issuer)
    try:
        running.start()
        yield running
    finally:
        status = running.stop()
        if running.logs.exists():
            shutil.copytree(running.logs, ARTEFACTS / "logs", dirs_exist_ok=True)
        running.remove()
    assert status == 0, "Fairlead did not end in order."


@pytest.fixture(scope="package")
def browser(installation: Installation) -> Iterator[Browser]:
    """Chromium. Every heavy page has been drawn once, so that no scenario pays for first imports."""
    expect.set_options(timeout=TIMEOUT_MS)
    path = executable()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path)
        _warm(chromium, installation)
        yield chromium
        chromium.close()


def _warm(chromium: Browser, installation: Installation) -> None:
    visit = Visit(chromium, installation.web, people.join(installation, role=UserRole.ADMIN), {})
    for path, title in (("/", "What do you want to do?"), ("/usage", "Usage"), ("/admin-calls", "Model calls")):
        visit.page.goto(path, timeout=_WARM_SECONDS * 1000)
        expect(visit.page.get_by_role("heading", name=title)).to_be_visible(timeout=_WARM_SECONDS * 1000)
    visit.close()


@pytest.fixture
def provider(simulator_url: str) -> Iterator[Provider]:
    """The simulator behind the product."""
    control = Provider(simulator_url)
    yield control
    control.close()


@pytest.fixture
def join(installation: Installation) -> Iterator[Join]:
    """Makes people: `join(role=..., plan=..., credits=...)`."""
    made: list[Person] = []

    def one(**given: Any) -> Person:
        made.append(people.join(installation, **given))
        return made[-1]

    yield one
    for person in made:
        person.http.close()


@pytest.fixture
def visit(browser: Browser, installation: Installation, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a browser for somebody, or for nobody: `visit(person, **options of a browser context)`.

    No page may load anything from elsewhere, break the content security policy or fail in its own script.
    """
    opened: list[Visit] = []

    def one(person: Person | None = None, **options: Any) -> Visit:
        opened.append(Visit(browser, installation.web, person, options))
        return opened[-1]

    yield one
    if request.node.stash.get(_failed, False):
        for number, each in enumerate(opened):
            photograph(each.page, ARTEFACTS / "failures" / f"{request.node.name}-{number}.png")
    for each in opened:
        each.close()
    misdeeds = [misdeed for each in opened for misdeed in each.misdeeds]
    assert not misdeeds, misdeeds
