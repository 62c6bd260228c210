"""Draws an answer while it is being written."""

import time

import streamlit as st

from frontend import state
from frontend.client.stream import ChatStream
from frontend.components.markdown import closed, shown
from frontend.components.notices import notices
from frontend.components.progress import Progress

_LONG_CHARACTERS = 8000


def draw(stream: ChatStream) -> Progress:
    """Draws until the answer ends; what it ended with is returned.

    The whole text goes over the wire with every repaint, so repaints are spaced out, more so in long answers.
    Raises `ApiError` and `NotSignedIn` as the stream does.
    """
    progress = Progress()
    with st.container(key="ans_live"), st.chat_message("assistant"):
        above, body = st.empty(), st.empty()
        line = st.container(key="live_line").empty()
    line.markdown(progress.line())
    painted, stale, lost = time.monotonic(), False, False
    for event in stream.arriving():
        state.pulse()
        if lost != stream.lost:
            stale, lost = True, stream.lost
        if event is not None:
            progress.take(event)
            stale = True
            if progress.accepted is event and progress.accepted.conversation_id is not None:
                state.chat().settle(progress.accepted.conversation_id)
                state.show_conversation(progress.accepted.conversation_id)
        pause = 0.08 if len(progress.text) < _LONG_CHARACTERS else 0.15
        if stale and time.monotonic() - painted >= pause:
            if progress.notices:
                notices(progress.notices, above)
            body.markdown(closed(shown(progress.text)))
            line.markdown(progress.line(lost=lost))
            painted, stale = time.monotonic(), False
    return progress
