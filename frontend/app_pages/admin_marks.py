"""Marks: which prompts people say were read wrongly, and their export to learn from."""

from collections.abc import Callable

import streamlit as st

from frontend import address, state
from frontend.client import precheck
from frontend.client.http import ApiError
from frontend.components import pager, panels
from frontend.components.judging import TASKS, task_name
from frontend.components.mark_row import FIELDS, mark_html, should_have_been
from frontend.components.page_head import page_head
from frontend.components.reason_dialog import Write, reason_dialog
from frontend.components.rows import head_html
from shared.marks import AdminMark
from shared.paths import MARKS_EXPORT
from shared.precheck import Category
from shared.wire import Page

_NAME = "marks"
_PER_PAGE = 50
_ABOUT = "What people say prompts should have been taken for. Texts are in the export, where their writers allow it."


def _filter(label: str, key: str) -> Category | None:
    return st.selectbox(
        label, TASKS, index=None, format_func=task_name, placeholder=label, key=key, width=230,
        label_visibility="collapsed", on_change=pager.restart, args=(_NAME,),
    )  # fmt: skip


def _row(mark: AdminMark) -> None:
    with st.container(key=f"row_{mark.id}", horizontal=True, wrap=False, vertical_alignment="center", gap="small"):
        st.html(mark_html(mark, state.zone()))
        chosen = st.menu_button(
            f"Options for the mark {should_have_been(mark)}", ["Delete"], key=f"menu_{mark.id}", type="tertiary",
            icon=":material/more_horiz:",
        )  # fmt: skip
    if chosen == "Delete":
        reason_dialog(
            "Delete this mark", "What was kept of the prompt goes with it.", "Delete", _deleting(mark),
            example="Marked by mistake",
        )  # fmt: skip


def _deleting(mark: AdminMark) -> Callable[[], Write]:
    def write(reason: str) -> str:
        precheck.delete_mark(mark.id, reason)
        return "The mark is deleted."

    return lambda: write


def _list(page: Page[AdminMark], narrowed: bool) -> None:
    if not page.items:
        text = "A mark appears here when somebody says in the chat or the test bench that a prompt was read wrongly."
        panels.empty("No mark matches" if narrowed else "No marks yet", text)
        return
    with st.container(key="rows", gap=None):
        st.html(head_html(FIELDS))
        for mark in page.items:
            _row(mark)
    pager.pager(_NAME, page.next)


def _draw() -> None:
    with page_head("Marks", _ABOUT):
        st.link_button("Export", MARKS_EXPORT, icon=":material/download:", key="export_marks")
    with st.container(key="filters", horizontal=True, gap="small"):
        was, category = _filter("Was taken for", "was"), _filter("Should have been", "category")
    try:
        with panels.loading(320):
            page = precheck.marks(category=category, was=was, limit=_PER_PAGE, cursor=address.cursor())
    except ApiError as error:
        panels.failed("Marks could not be loaded", error, "Prompts are still being checked.")
        return
    _list(page, bool(was or category))


_draw()
