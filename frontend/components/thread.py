"""A conversation's messages, in order."""

from collections.abc import Sequence

import streamlit as st

from frontend.components import route_line, trouble, user_message
from frontend.components.chat_acts import ChatActs
from frontend.components.markdown import shown
from frontend.components.notices import notices
from frontend.memory import ChatMemory
from shared.messages import Message, MessageState, Role


def draw(messages: Sequence[Message], memory: ChatMemory, acts: ChatActs) -> None:
    """Draws finished messages. While an answer is being written the style sheet hides what can be done with them."""
    with st.container(key="thread", gap=None):
        for message in messages:
            if message.role is Role.USER:
                user_message.draw(message, acts, editing=memory.editing == message.id)
            elif message.role is Role.ASSISTANT:
                _answer(message, memory, acts)


def _answer(message: Message, memory: ChatMemory, acts: ChatActs) -> None:
    with st.container(key=f"ans_{message.id}", gap=None):
        notices(message.notices)
        with st.chat_message("assistant"):
            st.markdown(shown(message.content))
        if message.state is MessageState.INTERRUPTED:
            trouble.draw_incomplete(message, memory.failures.get(message.id), acts)
        else:
            route_line.draw(message, acts)
