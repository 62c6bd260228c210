"""Saying that a prompt was read wrongly: in the popover under an answer."""

import streamlit as st

from frontend.components.chat_acts import ChatActs, mark_keys
from frontend.components.judging import TASKS, task_name
from shared.messages import Message


def draw(message: Message, acts: ChatActs) -> None:
    """The form, for an answer whose prompt was checked."""
    if message.precheck_id is None:
        return
    task, share = mark_keys(message.precheck_id)
    with st.form(f"mark_{message.id}", border=False):
        st.selectbox(
            "Not right? The prompt was", TASKS, index=None, format_func=task_name, placeholder="Choose a task", key=task
        )
        st.checkbox("Fairlead may keep the text to learn from. Admins can read it.", key=share)
        st.form_submit_button("Send", key=f"send_mark_{message.id}", on_click=acts.mark, args=(message.precheck_id,))
