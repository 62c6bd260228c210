"""Pages run in this process against the invented organisation."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from frontend import state
from frontend.client import http
from tests.frontend.fake_admin_api import FakeApi
from tests.frontend.in_process import InProcess

_MAIN = Path(__file__).parents[3] / "frontend" / "main.py"


class Desk:
    """A browser in front of the organisation `api`."""

    def __init__(self, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
        self.api = api
        self._monkeypatch = monkeypatch
        client = httpx.Client(transport=InProcess(api.app()), base_url="http://api")
        monkeypatch.setattr(http, "connection", lambda: client)
        monkeypatch.setattr(state, "client_address", lambda: None)
        monkeypatch.setattr(state, "origin", lambda: "http://desk")

    def open(self, page: str, role: str = "admin", **query: str) -> AppTest:
        """Signs in as somebody of a role and opens a page by its file's name."""
        self._monkeypatch.setattr(state, "session_token", lambda: None)
        at = AppTest.from_file(str(_MAIN), default_timeout=30).run()
        self._monkeypatch.setattr(state, "session_token", lambda: role)
        for name, value in query.items():
            at.query_params[name] = value
        at.switch_page(f"app_pages/{page}.py").run()
        assert not at.exception, at.exception[0].message
        return at


class Dialog:
    """A dialog that stays open: the test runner draws the whole page on every run, so it is opened anew each time."""

    def __init__(self, at: AppTest, opened: Callable[[], object]) -> None:
        self._at = at
        self._opened = opened
        self._run()

    def _run(self) -> None:
        self._opened()
        self._at.run()
        assert not self._at.exception, self._at.exception[0].message

    def press(self, key: str) -> None:
        """Presses one of its buttons."""
        self._at.button(key=key).click()
        self._run()

    def done(self, reason: str = "Because") -> None:
        """Gives a reason and carries it out."""
        self._at.text_area(key="reason").input(reason)
        self.press("dialog_done")


def by_button(at: AppTest, key: str) -> Dialog:
    """The dialog that a button opens."""
    return Dialog(at, lambda: at.button(key=key).click())


def by_menu(at: AppTest, key: str, option: str) -> Dialog:
    """The dialog that a menu's option opens."""
    return Dialog(at, lambda: next(each for each in at.get("menu_button") if each.key == key).click(option))


def by_toggle(at: AppTest, kind: str, subject: object) -> Dialog:
    """The dialog that the toggle of a model or provider opens."""

    def flip() -> None:
        at.session_state[f"_intent_{kind}"] = str(subject)

    return Dialog(at, flip)


def shown(at: AppTest) -> str:
    """Every HTML figure, heading and markdown of a page, in order."""
    parts = [each.proto.body for each in at.get("html") if not each.proto.body.startswith("<style>")]
    parts += [each.value for each in (*at.title, *at.subheader, *at.markdown, *at.error)]
    return "\n".join(parts)


def query(at: AppTest) -> dict[str, str]:
    """What the address says beside the path."""
    return {name: value[0] if isinstance(value, list) else value for name, value in at.query_params.items()}
