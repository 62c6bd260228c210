"""A dialog that asks why: what is about to happen, fields, the reason for the audit log, and one verb."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from frontend import state
from frontend.client.http import ApiError
from frontend.components.text import literal

REASON_LENGTH = 500


class Unusable(Exception):
    """Something in the dialog's fields cannot be taken; the message says what."""


Write = Callable[[str], str]
"""Does it, given the reason; returns the toast. Raises `Unusable` or `ApiError`."""


def reason_dialog(
    title: str,
    lead: str,
    verb: str,
    fields: Callable[[], Write],
    *,
    example: str = "",
    undo: Callable[[], None] | None = None,
    wide: bool = False,
) -> None:
    """Opens the dialog. `fields` draws what there is to fill in; `undo` runs when nothing was done."""

    @st.dialog(literal(title), width="medium" if wide else "small", on_dismiss=undo or "rerun")
    def ask() -> None:
        st.html(Markup('<p class="fl-lead">{}</p>').format(lead))
        with st.form("reason_form", border=False, enter_to_submit=False):
            write = fields()
            reason = st.text_area(
                "Reason, kept in the audit log", placeholder=example, max_chars=REASON_LENGTH, key="reason", height=84
            )
            trouble = st.container()
            with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
                cancelled = st.form_submit_button("Cancel", key="dialog_cancel")
                done = st.form_submit_button(verb, key="dialog_done", type="primary")
        if cancelled:
            if undo is not None:
                undo()
            st.rerun()
        if done and (problem := _carried_out(write, reason.strip())) is not None:
            trouble.error(literal(problem))
        elif done:
            st.rerun()

    ask()


def _carried_out(write: Write, reason: str) -> str | None:
    """None when it was done, else what stands in the way."""
    if not reason:
        return "Give a reason: it is kept in the audit log."
    try:
        state.say(write(reason))
    except Unusable as problem:
        return str(problem)
    except ApiError as error:
        return error.body.message
    return None
