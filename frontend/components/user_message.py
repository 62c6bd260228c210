"""What the person asked, with its editor."""

from collections.abc import Sequence

import streamlit as st

from frontend.components import attachments
from frontend.components.chat_acts import ChatActs
from frontend.components.markdown import shown
from shared.attachments import Attached
from shared.messages import Message


def draw(message: Message, acts: ChatActs, *, editing: bool) -> None:
    """The message, or its editor while it is being edited."""
    if editing:
        _editor(message, acts)
        return
    with st.container(key=f"user_{message.id}", horizontal=True, horizontal_alignment="right", gap="small", wrap=False):
        with st.container(key=f"icons_edit_{message.id}", width="content"):
            st.button(
                "Edit and send again",
                key=f"edit_{message.id}",
                icon=":material/edit:",
                type="tertiary",
                on_click=acts.edit,
                args=(message.id,),
            )
        _bubble(message.content, message.attachments)


def sent(text: str, files: Sequence[Attached] = ()) -> None:
    """A prompt that is on its way, or was refused."""
    with st.container(key="user_sent", horizontal=True, horizontal_alignment="right"):
        _bubble(text, files)


def _bubble(text: str, files: Sequence[Attached]) -> None:
    with st.chat_message("user", width="content"):
        attachments.draw(files)
        st.markdown(shown(text, breaks=True))


def _editor(message: Message, acts: ChatActs) -> None:
    with st.container(key=f"editor_{message.id}", gap="small"):
        attachments.draw(message.attachments)
        st.text_area(
            "Edit and send again", message.content, key="edited", height="content", label_visibility="collapsed"
        )
        with st.container(horizontal=True, horizontal_alignment="right", gap="small", key="editor_actions"):
            st.button("Cancel", key="edit_cancel", on_click=acts.edit, args=(None,))
            st.button("Send again", key="edit_send", type="primary", on_click=acts.resend, args=(message,))
