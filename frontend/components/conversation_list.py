"""The sidebar's conversations: new chat, search, and the list by day with rename and delete."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import streamlit as st

from frontend import state
from frontend.client import conversations
from frontend.client.http import ApiError
from frontend.components.day_groups import by_day
from frontend.components.text import literal
from shared.conversations import Conversation

_RENAME, _DELETE = "Rename", "Delete"
_LONGEST_TITLE = 200

Dialog = Callable[[], None]
"""Opens a dialog; must be called outside the sidebar."""


def draw() -> Dialog | None:
    """Draws the list. Returns what opens the dialog that was asked for in this run; call it outside the sidebar."""
    st.button("New chat", key="new_chat", icon=":material/add:", width="stretch", on_click=_open, args=(None,))
    words = st.text_input(
        "Search conversations",
        key="search",
        type="search",
        live=True,
        icon=":material/search:",
        placeholder="Search conversations",
        label_visibility="collapsed",
    )
    memory = state.chat()
    try:
        page = conversations.conversations((words or "").strip(), memory.listed)
    except ApiError as error:
        st.html('<p class="fl-hint">Conversations could not be loaded.</p>')
        st.button("Try again", key="list_again", type="tertiary", icon=":material/refresh:", help=error.body.request_id)
        return None
    if not page.items:
        hint = "No conversation matches" if words else "Conversations appear here"
        st.html(f'<p class="fl-hint">{hint}</p>')
    asked = None
    for name, members in by_day(page.items, datetime.now(UTC), state.zone()):
        st.html(f'<p class="fl-group">{name}</p>')
        with st.container(key=f"group_{name}", gap=None):
            for member in members:
                asked = _row(member) or asked
    if page.next is not None:
        st.button("Show older conversations", key="list_more", type="tertiary", on_click=_list_more)
    return asked


def _row(one: Conversation) -> Dialog | None:
    current = "current_" if state.conversation() == str(one.id) else ""
    title = literal(one.title)
    with st.container(key=f"crow_{current}{one.id}", horizontal=True, wrap=False, gap=None):
        st.button(title, key=f"open_{one.id}", type="tertiary", width="stretch", on_click=_open, args=(one.id,))
        chosen = st.menu_button(
            f"Options for {title}",
            [_RENAME, _DELETE],
            key=f"options_{one.id}",
            type="tertiary",
            icon=":material/more_horiz:",
        )
    if chosen == _RENAME:
        return lambda: _rename(one)
    return (lambda: _delete(one)) if chosen == _DELETE else None


def _open(conversation_id: UUID | None) -> None:
    state.chat().turn_to(conversation_id)
    state.show_conversation(conversation_id)


def _list_more() -> None:
    state.chat().listed += 1


@st.dialog("Rename conversation", on_dismiss=lambda: state.renew("title"))
def _rename(one: Conversation) -> None:
    with st.form("rename", border=False):
        key = f"title_{state.generation('title')}"
        title = st.text_input("Title", one.title, max_chars=_LONGEST_TITLE, key=key)
        with st.container(horizontal=True, horizontal_alignment="right"):
            cancelled = st.form_submit_button("Cancel")
            saved = st.form_submit_button("Rename", type="primary")
    if saved and not (title or "").strip():
        st.error("A title needs at least one character.")
    elif saved:
        try:
            conversations.rename(one.id, (title or "").strip())
        except ApiError as error:
            st.error(literal(error.body.message))
        else:
            st.rerun()
    elif cancelled:
        st.rerun()


@st.dialog("Delete conversation")
def _delete(one: Conversation) -> None:
    st.markdown(f"**{literal(one.title)}** and all its messages will be gone. What it cost stays in your usage.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        cancelled = st.button("Cancel", key="delete_cancel")
        confirmed = st.button("Delete conversation", key="delete_confirm", type="primary")
    if confirmed:
        try:
            conversations.delete(one.id)
        except ApiError as error:
            st.error(literal(error.body.message))
        else:
            if state.conversation() == str(one.id):
                _open(None)
            state.say("Conversation deleted")
            st.rerun()
    elif cancelled:
        st.rerun()
