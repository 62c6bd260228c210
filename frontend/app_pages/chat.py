"""Chat: an empty page with the gallery, or one conversation and the answer that is being written."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st
from markupsafe import Markup

from frontend import state
from frontend.client import conversations
from frontend.client.assistants import assistants
from frontend.client.conversations import History
from frontend.client.http import ApiError
from frontend.components import answering, composer, panels, picker, plan_request, suggestions, thread, trouble
from frontend.components.announcer import announce, outcome
from frontend.components.chat_acts import ChatActs
from frontend.components.notices import simulated
from frontend.components.page_head import page_head
from frontend.components.user_message import sent
from frontend.memory import AUTO, ChatMemory
from shared.catalogue import AssistantView
from shared.chat import ChatRequest
from shared.conversations import Conversation
from shared.errors import ErrorBody, ErrorCode
from shared.messages import Message, MessageState, Role

_HEADING = Markup('<h1 class="fl-unseen">{}</h1>')


def _page() -> None:
    memory, me = state.chat(), state.person()
    memory.leave()
    try:
        with panels.loading(56, 180, 180):
            families = assistants()
            conversation, history = _load(memory)
    except ApiError as error:
        _not_loaded(error)
        return
    chosen = _chosen(conversation, families, memory)
    request = memory.take_request()
    written = _being_written(history.messages) if request is None else None
    busy = request is not None or written is not None
    acts = ChatActs(conversation.id if conversation else None, chosen, written)
    empty = conversation is None and not busy and memory.refusal is None
    composer.draw(families, acts, memory, me.balance, busy=busy, follow=not empty)
    _announce(history.messages, memory, busy=busy)
    # The same places in every run: an element that moved up would leave its ghost below until the run ends.
    banner, welcome, older = st.empty(), st.empty(), st.empty()
    if me.simulated:
        with banner.container():
            simulated()
    if empty:
        with welcome.container():
            if me.balance <= 0:
                trouble.draw_out_of_credits(me)
            _welcome(families, acts)
    if history.more:
        older.button("Show earlier messages", key="earlier", type="tertiary", on_click=acts.earlier)
    if conversation is not None:
        st.html(_HEADING.format(conversation.title))
    thread.draw(_above(history.messages, request, written), memory, acts)
    with st.empty().container():
        if request is not None:
            answering.ask(request, memory)
        elif written is not None and written.request_id is not None:
            answering.follow(written, written.request_id, memory)
        elif memory.refusal is not None:
            if memory.refusal.request.message is not None:
                sent(memory.refusal.request.message.content, memory.files_of(memory.refusal.request))
            trouble.draw_refused(memory.refusal, me, acts.again, acts.edit_refused)
        elif me.balance <= 0 and not empty:
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
    with st.container(key="chat_absent"):
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


def _above(messages: Sequence[Message], request: ChatRequest | None, written: Message | None) -> list[Message]:
    """What stands above the answer that is being written: nothing of what it replaces."""
    shown = [message for message in messages if message is not written]
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


def _welcome(families: Sequence[AssistantView], acts: ChatActs) -> None:
    facts = "Auto reads the prompt and picks. Choose an assistant yourself if you know which you want."
    with page_head("What do you want to do?", facts):
        pass
    if locked := picker.gallery(families, acts.assistant, acts.choose):
        plan_request.ask_for_family(locked.family)
    suggestions.draw()


_page()
