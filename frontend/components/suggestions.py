"""Three ways to begin; each writes into the composer and sends nothing."""

import streamlit as st

from frontend import state

_SUGGESTIONS = (
    (
        "code",
        "Explain a stack trace and propose the smallest fix",
        "Explain this stack trace and propose the smallest fix:\n\n",
    ),
    (
        "edit_note",
        "Shorten a text to half without losing a point",
        "Shorten this text to half its length without losing a point:\n\n",
    ),
    (
        "table_chart",
        "Turn pasted rows into a table and check the sums",
        "Turn these rows into a table and check the sums:\n\n",
    ),
)


def draw() -> None:
    """The suggestions as rows."""
    st.html('<p class="fl-group">To start from</p>')
    with st.container(key="suggestions", gap=None):
        for number, (icon, label, prompt) in enumerate(_SUGGESTIONS):
            st.button(
                label,
                key=f"suggestion_{number}",
                icon=f":material/{icon}:",
                type="tertiary",
                width="stretch",
                on_click=state.put_draft,
                args=(prompt,),
            )
