"""What a list or page shows when it has nothing to list: loading, empty, failed, locked, and trouble of any kind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import add_script_run_ctx

from frontend import state
from frontend.client.http import ApiError

Tone = Literal["warn", "bad", "plain"]
_SHAPES = {"warn": "◆", "bad": "■", "plain": ""}
_PATIENCE_SECONDS = 0.3

_PANEL = Markup('<div class="fl-panel"><h3>{shape}{title}</h3><p>{text}</p>{code}</div>')
_SHAPE = Markup('<span class="fl-shape" aria-hidden="true">{}</span> ')
_CODE = Markup('<p class="fl-mono">{}</p>')
_EMPTY = Markup('<div class="fl-empty"><h3>{} {}</h3><p>{}</p></div>')
_BADGE = Markup('<span class="fl-badge">{}</span>')


@contextmanager
def panel(key: str, tone: Tone, title: str, text: str, code: str | None = None) -> Iterator[None]:
    """A panel with a title, a paragraph and perhaps a line in mono; buttons go inside the `with`.

    `key` is unique on the page. All texts are plain.
    """
    with st.container(key=f"panel_{tone}_{key}", gap="small"):
        shape = _SHAPE.format(_SHAPES[tone]) if _SHAPES[tone] else ""
        st.html(_PANEL.format(shape=shape, title=title, text=text, code=_CODE.format(code) if code else ""))
        with st.container(key=f"panel_actions_{key}", horizontal=True, gap="small"):
            yield


def failed(title: str, error: ApiError, unaffected: str = "", *, key: str = "failed") -> None:
    """Says what could not be loaded, why, what is not affected, and offers to try again."""
    text = f"{error.body.message} {unaffected}".strip()
    with panel(key, "bad", title, text, error.body.request_id):
        st.button("Try again", key=f"again_{key}", icon=":material/refresh:")


def empty(title: str, text: str, *, key: str = "empty") -> DeltaGenerator:
    """Says what will appear here and when. Returns the place for one action."""
    with st.container(key=f"empty_{key}", gap="small", horizontal_alignment="center"):
        st.html(_EMPTY.format(title, "", text))
        return st.container(key=f"empty_action_{key}", horizontal=True, horizontal_alignment="center")


def locked(title: str, text: str, badge: str | None = None, *, key: str = "locked") -> None:
    """Something that exists but not for this person; `badge` names the plan that has it."""
    with st.container(key=f"locked_{key}"):
        st.html(_EMPTY.format(title, _BADGE.format(badge) if badge else "", text))


@contextmanager
def loading(*heights: int) -> Iterator[None]:
    """Shows grey bars of these heights (px) while the body of the `with` takes more than 300 ms.

    Only on the first run of a page: what is already on the screen stays there until it is replaced.
    """
    place = st.empty()
    if not state.arrived():
        yield
        return
    lock, over = threading.Lock(), False

    def draw() -> None:
        with lock:
            if not over:
                with place.container(gap="medium"):
                    for height in heights:
                        st.skeleton(height)

    timer = threading.Timer(_PATIENCE_SECONDS, draw)
    add_script_run_ctx(timer)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            over = True
        place.empty()
