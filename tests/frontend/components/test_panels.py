"""What a page shows when it has nothing to show."""

import threading

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from frontend.components import panels


def every_panel() -> None:
    from frontend.client.http import ApiError
    from frontend.components import panels
    from shared.errors import ErrorBody, ErrorCode

    error = ApiError(ErrorBody(code=ErrorCode.UNAVAILABLE, message="It <slept>.", request_id="r-1"))
    panels.failed("Usage could not be loaded", error, "Nothing is lost.")
    panels.empty("No calls", "They appear here.").button("Start a chat")
    panels.locked("Reasoning", "Ask for it.", "Pro plan")
    with panels.panel("plain", "plain", "Plain", "Text"):
        pass


def slow_page() -> None:
    import streamlit as st

    from frontend import state
    from frontend.components import panels

    state.enter("usage")
    with panels.loading(40, 80):
        st.session_state["work"]()
    st.write("loaded")


def test_panels_say_everything_as_plain_text() -> None:
    at = AppTest.from_function(every_panel).run()
    assert not at.exception
    html = [element.proto.body for element in at.get("html")]
    assert "It &lt;slept&gt;. Nothing is lost." in html[0]
    assert "r-1" in html[0]
    assert "■" in html[0]
    assert "No calls" in html[1]
    assert "Pro plan" in html[2]
    assert "■" not in html[3]
    assert [button.label for button in at.button] == ["Try again", "Start a chat"]


def test_bars_appear_only_when_loading_takes_its_time_and_only_on_an_empty_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(panels, "_PATIENCE_SECONDS", 0.01)
    drawn = threading.Event()
    heights: list[int] = []

    def skeleton(height: int) -> None:
        heights.append(height)
        drawn.set()

    monkeypatch.setattr(st, "skeleton", skeleton)
    at = AppTest.from_function(slow_page, default_timeout=20)
    at.session_state["work"] = lambda: drawn.wait(10)
    at.run()
    assert heights[0] == 40
    assert at.markdown[0].value == "loaded"
    heights.clear()
    drawn.clear()
    at.session_state["work"] = lambda: None
    at.run()
    assert not heights


def test_an_error_while_loading_takes_the_bars_away() -> None:
    at = AppTest.from_function(slow_page, default_timeout=20)

    def fail() -> None:
        raise ValueError("no")

    at.session_state["work"] = fail
    at.run()
    assert [error.message for error in at.exception] == ["no"]
    assert not at.get("skeleton")
