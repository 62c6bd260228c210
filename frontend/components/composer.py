"""The foot of the chat: assistant, precheck strip, Stop, and the input."""

from collections.abc import Sequence
from contextlib import nullcontext
from decimal import Decimal

import streamlit as st

from frontend import format as words
from frontend.components import attachments, picker
from frontend.components.browser import part
from frontend.components.chat_acts import ChatActs
from frontend.memory import ChatMemory
from shared.catalogue import AssistantView
from shared.paths import PRECHECK
from shared.precheck import Category
from shared.words import KINDS

_WORDS = {category.value: words.family(category.value) for category in Category} | {
    Category.CODING.value: "Code",
    Category.OTHER.value: "Something else",
}


def draw(
    families: Sequence[AssistantView],
    acts: ChatActs,
    memory: ChatMemory,
    balance: Decimal,
    *,
    busy: bool,
    follow: bool,
) -> None:
    """Draws the foot; must be drawn before an answer is streamed, or it is missing until the answer ends.

    With `follow` the page stays scrolled to its end as it grows.
    """
    broke = balance <= 0
    if not busy:
        with st.bottom:
            attachments.draw_waiting(memory.files, memory.refused_files, acts)
    with st.bottom, st.container(key="composer", horizontal=True, vertical_alignment="center", gap="small"):
        picker.popover(families, acts)
        if busy:
            with st.container(key="stop_place", width="content"):
                st.button("Stop", key="stop", icon=":material/stop_circle:", on_click=acts.stop)
        elif not broke:
            _strip(families, acts, memory, balance)
    # Streamlit scrolls along with an answer where the input is outside of every container.
    with nullcontext() if follow else st.bottom:
        st.chat_input(
            _placeholder(acts, busy=busy, broke=broke),
            key="prompt",
            accept_file="multiple",
            disabled=busy or broke,
            on_submit=acts.send,
        )


def _placeholder(acts: ChatActs, *, busy: bool, broke: bool) -> str:
    if busy:
        return "Answering"
    if broke:
        return "No credits left this month"
    return "Ask a follow-up" if acts.conversation_id else "Ask anything"


def _strip(families: Sequence[AssistantView], acts: ChatActs, memory: ChatMemory, balance: Decimal) -> None:
    with st.container(key="strip"):
        result = part("precheck_strip")(
            key="precheck",
            data={
                "path": PRECHECK,
                "conversation": None if acts.conversation_id is None else str(acts.conversation_id),
                "assistant": acts.assistant,
                "attachments": [str(file.id) for file in memory.files],
                "left": words.credits(balance),
                "names": {family.family: family.name for family in families if not family.locked},
                "categories": _WORDS,
                "kinds": KINDS,
                "masks": memory.masks,
            },
            on_use_change=_nothing,
            on_shorter_change=acts.send_shorter,
            on_mask_change=_nothing,
        )
    if result.mask:
        memory.masks = result.mask == "on"
        st.rerun()
    if result.use:
        acts.choose(str(result.use))
        st.rerun()


def _nothing() -> None:
    """The triggers are read where the strip is drawn."""
