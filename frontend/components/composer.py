"""The foot of the chat: assistant, precheck strip, Stop, and the input."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from uuid import UUID

import streamlit as st

from frontend import format as words
from frontend.components import picker
from frontend.components.browser import part
from shared.catalogue import AssistantView
from shared.paths import PRECHECK
from shared.precheck import Category, Complexity

_WORDS = {category.value: words.family(category.value) for category in Category} | {
    Category.CODING.value: "Code",
    Category.OTHER.value: "Something else",
}


def draw(
    families: Sequence[AssistantView],
    chosen: str,
    conversation_id: UUID | None,
    balance: Decimal,
    *,
    busy: bool,
    send: Callable[[], None],
    stop: Callable[[], None],
    choose: Callable[[str], None],
    choose_from: Callable[[], None],
) -> None:
    """Draws the foot; must be drawn before an answer is streamed, or it is missing until the answer ends."""
    broke = balance <= 0
    with st.bottom, st.container(key="composer", gap=None):
        with st.container(key="composer_row", horizontal=True, vertical_alignment="center", gap="small"):
            picker.popover(families, chosen, choose_from, key=f"assistant_{chosen}")
            if not (busy or broke):
                _strip(families, chosen, conversation_id, balance, choose)
            if busy:
                with st.container(key="stop_place", width="content"):
                    st.button("Stop", key="stop", icon=":material/stop_circle:", on_click=stop)
        st.chat_input(
            "Answering"
            if busy
            else "No credits left this month"
            if broke
            else "Ask a follow-up"
            if conversation_id
            else "Ask anything",
            key="prompt",
            disabled=busy or broke,
            on_submit=send,
        )


def _strip(
    families: Sequence[AssistantView],
    chosen: str,
    conversation_id: UUID | None,
    balance: Decimal,
    choose: Callable[[str], None],
) -> None:
    with st.container(key="strip"):
        result = part("precheck_strip")(
            key="precheck",
            data={
                "path": PRECHECK,
                "conversation": None if conversation_id is None else str(conversation_id),
                "assistant": chosen,
                "left": words.credits(balance),
                "names": {family.family: family.name for family in families if not family.locked},
                "categories": _WORDS,
                "complexities": {complexity.value: complexity.value for complexity in Complexity},
            },
            on_use_change=lambda: None,
        )
    if result.use:
        choose(str(result.use))
        st.rerun()
