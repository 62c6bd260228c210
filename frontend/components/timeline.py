"""What happened in order: a time, a dot, a step in bold with its facts, and a line of detail."""

from collections.abc import Iterable
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

from frontend.components.tags import Tone

_STEP = Markup(
    '<li class="fl-{tone}"><time>{time}</time><i></i><div><p><b>{name}</b> {facts}</p><p>{detail}</p></div></li>'
)


class Step(NamedTuple):
    """One entry."""

    time: str
    name: str
    facts: str
    detail: str = ""
    tone: Tone = "ok"


def timeline_html(steps: Iterable[Step]) -> Markup:
    """The steps as an ordered list."""
    return Markup('<ol class="fl-timeline">{}</ol>').format(
        Markup().join(_STEP.format(**step._asdict()) for step in steps)
    )


def timeline(steps: Iterable[Step]) -> None:
    """Draws the steps."""
    st.html(timeline_html(steps))
