"""The web app in this process, against the stand-in for the API over a real socket."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from frontend import state
from frontend.client import http
from frontend.settings import settings
from shared.accounts import Me
from tests.frontend.fake_api import FakeApi, serve
from tests.frontend.samples import person

FRONTEND = Path(__file__).parents[2] / "frontend"


class Visitor:
    """Somebody at a browser. `token` is what the cookie holds."""

    def __init__(self, api: FakeApi, me: Me) -> None:
        self.api, self.me = api, me
        self.token: str | None = api.sign_in(me)

    def become(self, me: Me) -> None:
        """Somebody else signs in."""
        self.me, self.token = me, self.api.sign_in(me)

    def visit(self, page: str = "chat", **query: object) -> AppTest:
        """Opens a page by its file's name."""
        at = AppTest.from_file(str(FRONTEND / "main.py"), default_timeout=20)
        at.query_params.update({name: str(value) for name, value in query.items()})
        at.run()
        return at if page == "chat" else at.switch_page(f"app_pages/{page}.py").run()


@pytest.fixture
def fake_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """The stand-in, served; the web app's client talks to it."""
    api, pooled = FakeApi(), http.connection
    api.words_per_second = 2000
    with serve(api) as address:
        monkeypatch.setenv("FAIRLEAD_API_URL", address)
        settings.cache_clear()
        pooled.clear()
        yield api
        pooled().close()
    settings.cache_clear()
    pooled.clear()


@pytest.fixture
def visitor(fake_api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """Mara, signed in. What only a real browser knows is said here."""
    someone = Visitor(fake_api, person("Mara Lindqvist"))
    monkeypatch.setattr(state, "session_token", lambda: someone.token)
    monkeypatch.setattr(state, "client_address", lambda: "192.0.2.7")
    monkeypatch.setattr(state, "theme", lambda: "light")
    monkeypatch.setattr(state, "zone", lambda: ZoneInfo("Europe/Berlin"))
    return someone
