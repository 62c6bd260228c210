"""The quiet line under an answer: who answered, what it cost and why, then what can be done with it."""

from collections.abc import Callable

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components import mark_form
from frontend.components.browser import part
from frontend.components.chat_acts import ChatActs
from frontend.components.text import literal
from shared.messages import Message, MessageState

_WHY = Markup('<div class="fl-why"><h3>{title}</h3><ul>{reasons}</ul><dl>{figures}</dl></div>')
_REASON = Markup("<li>{}</li>")
_FIGURE = Markup("<div><dt>{}</dt><dd>{}</dd></div>")


def facts(message: Message) -> str:
    """`Code assistant · Sonnet · 0.42 credits`, as far as it is known."""
    known = [
        "Stopped" if message.state is MessageState.CANCELLED else None,
        message.assistant_name and f"{message.assistant_name} assistant",
        message.model_name or message.model,
        None if message.credits is None else _used(message),
    ]
    return " · ".join(fact for fact in known if fact)


def why(message: Message) -> Markup:
    """Why this answer came from where it came, and what it took."""
    reasons = list(message.reasons)
    if message.latency_ms is not None:
        reasons.append(f"It took {words.duration(message.latency_ms)}.")
    figures = [
        ("Read", None if message.prompt_tokens is None else words.plural(message.prompt_tokens, "token")),
        ("Written", None if message.completion_tokens is None else words.plural(message.completion_tokens, "token")),
        ("Used", None if message.credits is None else _used(message)),
    ]
    origin = " · ".join(name for name in (message.assistant_name, message.model_name or message.model) if name)
    return _WHY.format(
        title=f"Why this answer came from {origin}" if origin else "How this answer came about",
        reasons=Markup().join(_REASON.format(reason) for reason in reasons),
        figures=Markup().join(_FIGURE.format(name, value) for name, value in figures if value),
    )


def draw(message: Message, acts: ChatActs) -> None:
    """The line with its popover and the four actions."""
    with st.container(key=f"route_{message.id}", horizontal=True, gap="small", vertical_alignment="center"):
        with st.popover(literal(f"{facts(message)} · why?"), type="tertiary"):
            st.html(why(message))
            mark_form.draw(message, acts)
        with st.container(key=f"icons_{message.id}", horizontal=True, wrap=False, gap=None, width="content"):
            part("copy")(key=f"copy_{message.id}", data={"text": message.content}, width="content")
            _icon(message, "refresh", "Regenerate answer", acts.regenerate, message.id)
            _icon(message, "thumb_up", "Good answer", acts.rate, message.id, "up")
            _icon(message, "thumb_down", "Poor answer", acts.rate, message.id, "down")


def _icon(message: Message, icon: str, label: str, act: Callable[..., None], *args: object) -> None:
    chosen = len(args) == 2 and args[1] == message.feedback
    key = f"{'chosen_' if chosen else ''}{icon}_{message.id}"
    label = f"{label}, chosen" if chosen else label
    st.button(label, key=key, icon=f":material/{icon}:", type="tertiary", on_click=act, args=args)


def _used(message: Message) -> str:
    if message.credits == 0:
        return "not charged"
    about = "about " if message.estimated else ""
    return f"{about}{words.credits(message.credits)} credits"
