"""Tells screen readers about answers; Streamlit itself announces no streamed text."""

import streamlit as st

from frontend import format as words
from frontend.components.browser import part
from shared.messages import Message, MessageState


def announce(text: str) -> None:
    """Has `text` read out when it is not what was said last; draws nothing that can be seen."""
    with st.container(key="announcer"):
        part("announce")(key="announce", data={"text": text})


def outcome(message: Message) -> str:
    """How an answer ended, for the ear."""
    match message.state:
        case MessageState.COMPLETE:
            return (
                f"Answer complete, {words.credits(message.credits)} credits" if message.credits else "Answer complete"
            )
        case MessageState.CANCELLED:
            return "Answer stopped"
        case MessageState.INTERRUPTED:
            return "Answer incomplete"
        case _:
            return "Answer started"
