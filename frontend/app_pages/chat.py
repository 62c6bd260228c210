"""Chat: an empty page with the gallery, or one conversation and the answer that is being written."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import streamlit as st

from frontend import state
from frontend.client import chat, conversations
from frontend.client.assistants import assistants
from frontend.client.conversations import History
from frontend.client.http import ApiError
from frontend.client.stream import ChatStream
from frontend.components import (
    composer,
    live_answer,
    panels,
    picker,
    plan_request,
    suggestions,
    thread,
    trouble,
    user_message,
)
from frontend.components.announcer import announce, outcome
from frontend.components.chat_acts import ChatActs
from frontend.components.notices import simulated
from frontend.components.page_head import page_head
from frontend.components.thread import Acts
from frontend.memory import AUTO, ChatMemory
from shared.catalogue import AssistantView
from shared.chat import ChatRequest
from shared.conversations import Conversation
from shared.errors import ErrorBody, ErrorCode
from shared.messages import Message, MessageState, Role


def _page() -> None:
    memory = state.chat()
    if memory.stream is not None:
        memory.stream.leave()
        memory.stream = None
    try:
        with panels.loading(56, 180, 180):
            families = assistants()
            conversation, history = _load(memory)
    except ApiError as error:
        _not_loaded(error)
        return
    chosen = _chosen(conversation, families, memory)
    known = conversation.id if conversation else None
    request = memory.take_request()
    written = _being_written(history.messages) if request is None else None
    acts = ChatActs(known, chosen, f"assistant_{chosen}", written)
    busy = request is not None or written is not None
    me = state.person()
    composer.draw(
        families,
        chosen,
        known,
        me.balance,
        busy=busy,
        send=acts.send,
        stop=acts.stop,
        choose=acts.choose,
        choose_from=acts.choose_picked,
    )
    _announce(history.messages, memory, busy=busy)
    if me.simulated:
        simulated()
    if conversation is None and not busy and memory.refusal is None:
        _welcome(families, chosen, acts)
    if history.more:
        st.button("Show earlier messages", key="earlier", type="tertiary", on_click=acts.earlier)
    finished = _finished(history.messages, request, written)
    thread.draw(finished, memory, Acts(acts.regenerate, acts.rate, acts.edit, acts.resend, acts.go_on), busy=busy)
    if request is not None:
        _ask(request, memory)
    elif written is not None:
        _follow(written, memory)
    elif memory.refusal is not None:
        if memory.refusal.request.message is not None:
            with st.container(key="user_refused", horizontal=True, horizontal_alignment="right"):
                user_message.bubble(memory.refusal.request.message.content)
        trouble.draw_refused(memory.refusal, me, acts.again, acts.edit_refused)
    elif me.balance <= 0:
        trouble.draw_out_of_credits(me)


def _load(memory: ChatMemory) -> tuple[Conversation | None, History]:
    address = state.conversation()
    if address is None:
        return None, History([], False)
    try:
        known = UUID(address)
    except ValueError:
        raise ApiError(ErrorBody(code=ErrorCode.NOT_FOUND, message="There is no such conversation.")) from None
    return conversations.conversation(known), conversations.messages(known, memory.pages.get(known, 1))


def _not_loaded(error: ApiError) -> None:
    if error.body.code is not ErrorCode.NOT_FOUND:
        panels.failed("The conversation could not be loaded", error, "Nothing in it is lost.")
        return
    place = panels.empty("This conversation does not exist or is not yours", "A link opens only for its owner.")
    if place.button("New chat", key="absent_new"):
        state.show_conversation(None)
        st.rerun()


def _chosen(conversation: Conversation | None, families: Sequence[AssistantView], memory: ChatMemory) -> str:
    known = conversation.id if conversation else None
    if known in memory.assistants:
        return memory.assistants[known]
    kept = conversation.assistant_id if conversation else None
    return next((family.family for family in families if family.id == kept and not family.locked), AUTO)


def _being_written(messages: Sequence[Message]) -> Message | None:
    last = messages[-1] if messages else None
    return last if last and last.state is MessageState.STREAMING and last.request_id else None


def _finished(messages: Sequence[Message], request: ChatRequest | None, written: Message | None) -> list[Message]:
    """What stands above the answer that is being written: nothing of what it replaces."""
    shown = list(messages)
    if written is not None:
        shown.remove(written)
    if request is not None and request.replace_from is not None:
        place = next((at for at, message in enumerate(shown) if message.id == request.replace_from), len(shown))
        del shown[place:]
    return shown


def _announce(messages: Sequence[Message], memory: ChatMemory, *, busy: bool) -> None:
    if busy:
        announce("Answer started")
    elif memory.finished and messages and messages[-1].role is Role.ASSISTANT:
        announce(outcome(messages[-1]))
    else:
        announce("")
    memory.finished = False


def _welcome(families: Sequence[AssistantView], chosen: str, acts: ChatActs) -> None:
    with page_head(
        "What do you want to do?",
        "Auto reads the prompt and picks. Choose an assistant yourself if you know which you want.",
    ):
        pass
    if locked := picker.gallery(families, chosen, acts.choose):
        plan_request.ask_for_family(locked.family)
    suggestions.draw()


def _ask(request: ChatRequest, memory: ChatMemory) -> None:
    if request.message is not None:
        with st.container(key="user_sent", horizontal=True, horizontal_alignment="right"):
            user_message.bubble(request.message.content)
    try:
        _read(chat.ask(request), memory)
    except ApiError as error:
        memory.refuse(request, error.body)
    st.rerun()


def _follow(message: Message, memory: ChatMemory) -> None:
    if message.request_id is None or message.request_id in memory.followed:
        _wait_for(message)
        return
    with suppress(ApiError):
        _read(chat.follow(message), memory)
    memory.followed.add(message.request_id)
    st.rerun()


def _read(stream: ChatStream, memory: ChatMemory) -> None:
    memory.stream = stream
    progress = live_answer.draw(stream)
    memory.stream = None
    memory.finished = True
    if progress.accepted is not None:
        memory.followed.add(progress.accepted.request_id)
        if progress.failure is not None and progress.accepted.message_id is not None:
            memory.failures[progress.accepted.message_id] = progress.failure


@st.fragment(run_every=2)
def _wait_for(message: Message) -> None:
    with st.chat_message("assistant"):
        st.markdown(":shimmer[The answer is being completed]")
    try:
        last = conversations.messages(message.conversation_id).messages[-1:]
    except ApiError:
        return
    if not last or last[0].state is not MessageState.STREAMING:
        st.rerun()


_page()
