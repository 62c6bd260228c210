"""What the person should know of the way to an answer: one sentence each, quietly, above it."""

from collections.abc import Iterable

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

_NOTICE = Markup('<p class="fl-notice">{}</p>')


def notices(sentences: Iterable[str], place: DeltaGenerator | None = None) -> None:
    """Draws the notices, in `place` if given."""
    html = Markup().join(_NOTICE.format(sentence) for sentence in sentences)
    if html:
        (place or st).html(html)


def simulated() -> None:
    """Says that no model is behind the answers."""
    notices(["Replies are simulated: this server has no key of a model provider yet."])
