"""Providers as cards: how each is doing, the figures behind it, and what happens next. Worst first."""

from collections.abc import Iterable
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components.tags import Tone, state
from shared.admin import ProviderHealth

DEGRADED_ERRORS = 0.02
"""Errors from this share on are not chance any more, given enough calls."""
DEGRADED_FIRST_TOKEN_MS = 10_000
_ENOUGH_CALLS = 10
_ORDER: dict[Tone, int] = {"bad": 0, "warn": 1, "ok": 2, "accent": 3, "plain": 4}

_CARD = Markup('<article class="fl-health fl-{tone}"><header><h4>{name}</h4>{state}</header><dl>{figures}</dl>'
               "<p>{next}</p></article>")  # fmt: skip
_FIGURE = Markup("<div><dt>{}</dt><dd>{}</dd></div>")


class Condition(NamedTuple):
    """How a provider is doing, in a word, with its tone."""

    word: str
    tone: Tone


def condition(health: ProviderHealth) -> Condition:
    """Turned off and not set up are nobody's fault; an open circuit is bad; errors or slowness degrade."""
    if health.status == "disabled":
        return Condition("Turned off", "plain")
    if not health.usable:
        return Condition("Circuit open", "bad") if _circuit(health) else Condition("Not set up", "plain")
    if health.calls >= _ENOUGH_CALLS and (
        health.error_rate >= DEGRADED_ERRORS or (health.first_token_p95 or 0) >= DEGRADED_FIRST_TOKEN_MS
    ):
        return Condition("Degraded", "warn")
    return Condition("Healthy", "ok")


def sorted_by_need(healths: Iterable[ProviderHealth]) -> list[ProviderHealth]:
    """Worst first, then by name."""
    return sorted(healths, key=lambda each: (_ORDER[condition(each).tone], each.display_name.lower()))


def card_html(health: ProviderHealth) -> Markup:
    """One card."""
    found = condition(health)
    known = health.calls > 0
    figures = (
        ("Errors", words.percent(health.error_rate) if known else words.NONE),
        ("p95 first token", words.duration(health.first_token_p95)),
        ("p95 whole answer", words.duration(health.latency_p95)),
    )
    traffic = f"{words.plural(health.calls, 'call')} in 15 minutes" if known else "No calls in 15 minutes"
    return _CARD.format(
        tone=found.tone,
        name=health.display_name,
        state=state(found.word, found.tone),
        figures=Markup().join(_FIGURE.format(*figure) for figure in figures),
        next=health.why or traffic,
    )


def health_board(healths: Iterable[ProviderHealth]) -> None:
    """Draws every card."""
    cards = Markup().join(card_html(health) for health in sorted_by_need(healths))
    st.html(Markup('<div class="fl-board">{}</div>').format(cards))


def _circuit(health: ProviderHealth) -> bool:
    return "circuit" in (health.why or "").lower()
