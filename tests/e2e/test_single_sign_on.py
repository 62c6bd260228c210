"""The way in by way of an OpenID provider, and out again."""

import httpx
from playwright.sync_api import Page, expect

from shared.accounts import UserRole
from tests.e2e.conftest import Join, Open
from tests.e2e.installation import Installation
from tests.e2e.people import PASSWORD
from tests.e2e.test_sign_in import fill, session_cookie
from tests.e2e.visit import Visit, choose, settled
from tests.fixtures.openid import TOKEN, OpenIdServer

BUTTON = "Continue with Harbour Works"


def sign_in_there(page: Page, subject: str) -> None:
    """What somebody does at the provider."""
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize", exact=True).click()


def at_the_door(visit: Open, harbour: OpenIdServer, path: str = "/") -> tuple[Visit, Page]:
    """A browser that may go to the provider, at the sign-in page."""
    opened = visit()
    opened.trusted = (harbour.issuer,)
    return opened, opened.open(path)


def test_a_refusal_is_told_once_and_the_password_still_works(join: Join, visit: Open, harbour: OpenIdServer) -> None:
    person = join()
    harbour.person("thief", email=person.email, email_verified=False)
    opened, page = at_the_door(visit, harbour, "/usage")
    sign_in_there(page, "thief")
    expect(page.get_by_role("alert")).to_have_text(
        "Your email address is not verified at the sign-in service. Verify it there first."
    )
    assert session_cookie(opened) is None
    assert page.url == f"{opened.web}/usage"
    page.reload()
    settled(page)
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
    fill(page, person.email, PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()


def test_somebody_new_comes_in_where_they_wanted_to_and_leaves_both_places(
    visit: Open, harbour: OpenIdServer, installation: Installation
) -> None:
    harbour.person("ines", email="ines@harbour.example", email_verified=True, name="Ines Duarte")
    opened, page = at_the_door(visit, harbour, "/usage?from=2026-11-01")
    sign_in_there(page, "ines")
    expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    assert page.url == f"{opened.web}/usage?from=2026-11-01"
    cookie = session_cookie(opened)
    assert cookie is not None
    assert cookie.get("httpOnly")
    assert cookie.get("sameSite") == "Lax"
    settled(page)
    choose(page, "Ines Duarte", "Sign out")
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("link", name=BUTTON)).to_be_visible()
    assert session_cookie(opened) is None
    codes = [form["code"] for path, form, _ in harbour.seen if path == TOKEN]
    logs = "".join(path.read_text() for path in installation.logs.iterdir())
    assert codes
    assert not [code for code in codes if code in logs]


def test_a_group_opens_the_admin_desk(visit: Open, harbour: OpenIdServer, installation: Installation) -> None:
    groups = ["fairlead-admins"]
    harbour.person("otto", email="otto@harbour.example", email_verified=True, name="Otto Brandt", groups=groups)
    opened, page = at_the_door(visit, harbour)
    sign_in_there(page, "otto")
    expect(page.get_by_role("heading", name="What do you want to do?")).to_be_visible()
    cookie = session_cookie(opened)
    assert cookie is not None
    answer = httpx.get(f"{installation.api}/v1/auth/me", cookies={"sid": str(cookie["value"])})
    assert answer.json()["role"] == UserRole.ADMIN
