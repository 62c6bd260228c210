"""Has a prompt answered, or follows an answer that is being written already, and draws it as it comes."""

from contextlib import suppress
from uuid import UUID

import streamlit as st

from frontend.client import chat, conversations
from frontend.client.http import ApiError
from frontend.client.stream import ChatStream
from frontend.components import live_answer, user_message
from frontend.memory import ChatMemory
from shared.chat import ChatRequest
from shared.messages import Message, MessageState


def ask(request: ChatRequest, memory: ChatMemory) -> None:
    """Sends the prompt and draws the answer, then reruns; a refusal is kept for the run that follows.

    An answer that was begun is no refusal: where the stream is lost for good, the run that follows reads what is kept.
    """
    if request.message is not None:
        user_message.sent(request.message.content, memory.files_of(request))
    stream = chat.ask(request)
    try:
        _read(stream, memory)
    except ApiError as error:
        if stream.accepted(0) is None:
            memory.refuse(request, error.body)
    st.rerun()


def follow(message: Message, request_id: UUID, memory: ChatMemory) -> None:
    """Draws the rest of an answer that somebody else began: another tab, or this one before a reload.

    A stream that ended although the answer has not, or that the API has no more, is not asked for again.
    """
    if request_id in memory.followed:
        _wait_for(message)
        return
    try:
        _read(chat.follow(message), memory)
    except ApiError as error:
        if not error.body.retryable:
            memory.followed.add(request_id)
    else:
        memory.followed.add(request_id)
    st.rerun()


def _read(stream: ChatStream, memory: ChatMemory) -> None:
    memory.stream = stream
    try:
        progress = live_answer.draw(stream)
    finally:
        stream.leave()
    memory.stream, memory.finished = None, True
    if progress.accepted is None:
        return
    memory.followed.add(progress.accepted.request_id)
    if progress.failure is not None and progress.accepted.message_id is not None:
        memory.failures[progress.accepted.message_id] = progress.failure


@st.fragment(run_every=2)
def _wait_for(message: Message) -> None:
    with st.chat_message("assistant"):
        st.markdown(":shimmer[The answer is being completed]")
    with suppress(ApiError):
        last = conversations.messages(message.conversation_id).messages[-1:]
        if not last or last[0].state is not MessageState.STREAMING:
            st.rerun()
