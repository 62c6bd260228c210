"""Tags and states: a word with a shape, and only then a colour."""

from typing import Literal

from markupsafe import Markup

Tone = Literal["plain", "accent", "ok", "warn", "bad"]

_SHAPES: dict[Tone, str] = {"ok": "dot", "warn": "diamond", "bad": "square", "plain": "ring", "accent": "dot"}


def tag(text: str, tone: Tone = "plain") -> Markup:
    """A small label on a soft ground."""
    return Markup('<span class="fl-tag fl-{}">{}</span>').format(tone, text)


def state(text: str, tone: Tone) -> Markup:
    """How something is doing: a filled dot, a diamond, a square or a ring before the word."""
    return Markup('<span class="fl-state fl-{}"><i class="fl-{}"></i>{}</span>').format(tone, _SHAPES[tone], text)
