"""Which assistant answers: the gallery of an empty chat, and the popover above the composer."""

from collections.abc import Callable, Sequence

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.components.chat_acts import ChatActs
from shared.catalogue import AssistantView

_PURPOSE = Markup('<p class="fl-purpose">{}</p>')
_BADGE = Markup('<span class="fl-badge">{} plan</span>')


def gallery(families: Sequence[AssistantView], chosen: str, choose: Callable[[str], None]) -> AssistantView | None:
    """One card for each family. Returns the locked one whose card was pressed in this run, if any."""
    asked_for = None
    with st.grid(3, min_column_width=165, gap="small", key="gallery"):
        for family in families:
            shape = "locked" if family.locked else "chosen" if family.family == chosen else "open"
            with st.container(key=f"card_{shape}_{family.family}", gap=None):
                pressed = st.button(
                    family.name,
                    key=f"family_{family.family}",
                    icon=f":material/{family.icon}:",
                    type="tertiary",
                    on_click=None if family.locked else choose,
                    args=(family.family,),
                )
                st.html(_PURPOSE.format(family.purpose) + (_BADGE.format(family.plan) if family.plan else Markup()))
            if pressed and family.locked:
                asked_for = family
    return asked_for


def popover(families: Sequence[AssistantView], acts: ChatActs) -> None:
    """The family in force, and on a press all that can be chosen."""
    usable = [family for family in families if not family.locked]
    names = {family.family: family for family in usable}
    current = names.get(acts.assistant, usable[0])
    with st.container(key="picker", width="content"):
        box = st.popover(
            current.name,
            type="tertiary",
            icon=f":material/{current.icon}:",
            key=f"picker_{state.generation('picker')}",
        )
    with box:
        st.radio(
            "Assistant",
            list(names),
            index=list(names).index(current.family),
            format_func=lambda family: names[family].name,
            captions=[family.purpose for family in usable],
            key=acts.picker,
            on_change=acts.choose_picked,
            label_visibility="collapsed",
        )
        if sentence := locked_sentence(families):
            st.html(_PURPOSE.format(sentence))


def locked_sentence(families: Sequence[AssistantView]) -> str:
    """`Reasoning needs the Pro plan, Images the Team plan.`"""
    locked = [family for family in families if family.locked]
    if not all(family.plan for family in locked):
        return f"Not in your plan: {words.listing([family.name for family in locked])}."
    parts = [
        f"{family.name} {'needs ' if place == 0 else ''}the {family.plan} plan" for place, family in enumerate(locked)
    ]
    return f"{', '.join(parts)}." if parts else ""
