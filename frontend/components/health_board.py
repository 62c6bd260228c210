"""Providers as cards: how each is doing, the figures behind it, and what happens next. Worst first."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend import state
from frontend.components.tags import Tone
from frontend.components.tags import state as state_tag
from shared.admin import EndpointHealth, ProviderHealth

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
    """Turned off and not set up are nobody's fault; an open circuit is bad; a trial, errors or slowness degrade."""
    if health.status == "disabled":
        return Condition("Turned off", "plain")
    if not health.usable:
        return Condition("Not set up", "plain")
    if health.endpoints and all(endpoint.state == "open" for endpoint in health.endpoints):
        return Condition("Circuit open", "bad")
    if health.circuit != "closed":
        return Condition("Degraded", "warn")
    if health.calls >= _ENOUGH_CALLS and (
        health.error_rate >= DEGRADED_ERRORS or (health.first_token_p95 or 0) >= DEGRADED_FIRST_TOKEN_MS
    ):
        return Condition("Degraded", "warn")
    return Condition("Healthy", "ok")


def sorted_by_need(healths: Iterable[ProviderHealth]) -> list[ProviderHealth]:
    """Worst first, then by name."""
    return sorted(healths, key=lambda each: (_ORDER[condition(each).tone], each.display_name.lower()))


def card_html(health: ProviderHealth, now: datetime, zone: tzinfo) -> Markup:
    """One card, at this time and place."""
    found = condition(health)
    known = health.calls > 0
    figures = (
        ("Health", words.percent(health.health) if health.usable else words.NONE),
        ("Errors", words.percent(health.error_rate) if known else words.NONE),
        ("p95 first token", words.duration(health.first_token_p95)),
    )
    traffic = f"{words.plural(health.calls, 'call')} in 15 minutes" if known else "No calls in 15 minutes"
    return _CARD.format(
        tone=found.tone,
        name=health.display_name,
        state=state_tag(found.word, found.tone),
        figures=Markup().join(_FIGURE.format(*figure) for figure in figures),
        next=health.why or trouble(health, now, zone) or traffic,
    )


def trouble(health: ProviderHealth, now: datetime, zone: tzinfo) -> str:
    """Of each endpoint that is not simply used: since when, when it is tried again, and why."""
    return " ".join(
        _endpoint(endpoint, now, zone, named=len(health.endpoints) > 1)
        for endpoint in health.endpoints
        if endpoint.state != "closed"
    )


def _endpoint(endpoint: EndpointHealth, now: datetime, zone: tzinfo, *, named: bool) -> str:
    where = f"{endpoint.base_url}: " if named else ""
    since = "" if endpoint.opened_at is None else f"Since {words.clock(endpoint.opened_at, zone)[:5]}, "
    if endpoint.state == "half_open":
        return f"{where}{since}on trial now: {endpoint.reason}"
    left = 0 if endpoint.retry_at is None else math.ceil((endpoint.retry_at - now).total_seconds())
    next_probe = f"next probe in {left} s" if left > 0 else "being probed"
    return f"{where}{since}{next_probe}: {endpoint.reason}"


def health_board(healths: Iterable[ProviderHealth]) -> None:
    """Draws every card."""
    now, zone = datetime.now(UTC), state.zone()
    cards = Markup().join(card_html(health, now, zone) for health in sorted_by_need(healths))
    st.html(Markup('<div class="fl-board">{}</div>').format(cards))
