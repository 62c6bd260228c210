"""A conversation's messages, in order."""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

import streamlit as st

from frontend.components import route_line, trouble, user_message
from frontend.components.markdown import shown
from frontend.components.notices import notices
from frontend.components.route_line import Rating
from frontend.components.text import literal
from frontend.memory import ChatMemory
from shared.messages import Message, MessageState, Role


class Acts(NamedTuple):
    """What can be done with messages; each takes the message's id."""

    regenerate: Callable[[UUID], None]
    rate: Callable[[UUID, Rating], None]
    edit: Callable[[UUID | None], None]
    resend: Callable[[UUID], None]
    go_on: Callable[[], None]


def draw(messages: Sequence[Message], memory: ChatMemory, acts: Acts, *, busy: bool) -> None:
    """Draws finished messages; while an answer is being written nothing can be done with the others."""
    for message in messages:
        if message.role is Role.USER:
            user_message.draw(
                message, busy=busy, editing=memory.editing == message.id, edit=acts.edit, resend=acts.resend
            )
        elif message.role is Role.ASSISTANT:
            _answer(message, memory, acts, busy=busy)


def _answer(message: Message, memory: ChatMemory, acts: Acts, *, busy: bool) -> None:
    with st.container(key=f"ans_{message.id}", gap="small"):
        notices(message.notices)
        with st.chat_message("assistant"):
            st.markdown(shown(message.content))
        if message.state is MessageState.INTERRUPTED:
            trouble.draw_incomplete(
                message, memory.failures.get(message.id), lambda: acts.regenerate(message.id), acts.go_on
            )
        elif not busy:
            route_line.draw(message, acts.regenerate, acts.rate)
        else:
            with st.container(key=f"live_line_{message.id}"):
                st.markdown(literal(route_line.facts(message)))
