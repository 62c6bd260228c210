"""What the person asked, with its editor."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from frontend.components.markdown import shown
from shared.messages import Message


def draw(
    message: Message, *, busy: bool, editing: bool, edit: Callable[[UUID | None], None], resend: Callable[[UUID], None]
) -> None:
    """The message, or its editor while it is being edited. `resend` finds the new text in the field `edited`."""
    if editing and not busy:
        _editor(message, edit, resend)
        return
    with st.container(key=f"user_{message.id}", horizontal=True, horizontal_alignment="right", gap="small"):
        if not busy:
            with st.container(key=f"icons_edit_{message.id}", width="content"):
                st.button(
                    "Edit and send again",
                    key=f"edit_{message.id}",
                    icon=":material/edit:",
                    type="tertiary",
                    on_click=edit,
                    args=(message.id,),
                )
        bubble(message.content)


def bubble(text: str) -> None:
    """A prompt as it stands in the thread."""
    with st.chat_message("user", width="content"):
        st.markdown(shown(text, breaks=True))


def _editor(message: Message, edit: Callable[[UUID | None], None], resend: Callable[[UUID], None]) -> None:
    with st.container(key=f"editor_{message.id}", gap="small"):
        st.text_area(
            "Edit and send again", message.content, key="edited", height="content", label_visibility="collapsed"
        )
        with st.container(horizontal=True, horizontal_alignment="right", gap="small", key="editor_actions"):
            st.button("Cancel", key="edit_cancel", on_click=edit, args=(None,))
            st.button("Send again", key="edit_send", type="primary", on_click=resend, args=(message.id,))
