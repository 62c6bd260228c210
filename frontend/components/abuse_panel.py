"""One subject with a score: how it stands, what raised the score, and what can be done."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import streamlit as st
from markupsafe import Markup

from frontend import format as words
from frontend.components import abuse_dialogs
from frontend.components.facts import facts
from frontend.components.tables import Cell, Column, table
from frontend.components.tags import Tone, tag
from shared.abuse import AbuseCause, AbuseDetail, AbuseEvent, AbuseKind, AbuseStep, AbuseSubject

_NAME = Markup('<div class="fl-outcome"><h3>{} {}</h3><p>{}</p></div>')
_KINDS = {AbuseKind.USER: "Person", AbuseKind.KEY: "API key", AbuseKind.ADDRESS: "Network address"}
_STEPS = {AbuseStep.WATCHED: "watched", AbuseStep.SLOWED: "slowed", AbuseStep.PAUSED: "paused"}
_TONES: dict[AbuseStep, Tone] = {AbuseStep.WATCHED: "plain", AbuseStep.SLOWED: "warn", AbuseStep.PAUSED: "bad"}
_CAUSES = {
    AbuseCause.BLOCKED: "blocked prompts",
    AbuseCause.COSTLY: "costly requests",
    AbuseCause.ADMIN: "an admin decided",
}
_EVENTS = (Column("Time"), Column("What", wide=True), Column("From"), Column("Points", number=True))


def columns(subjects: Sequence[AbuseSubject], zone: tzinfo) -> dict[str, list[str]]:
    """The table of subjects."""
    return {
        "Who": [subject.name for subject in subjects],
        "Kind": [_KINDS[subject.kind] for subject in subjects],
        "Step": [standing(subject, zone) for subject in subjects],
        "Score": [score(subject.score) for subject in subjects],
    }


def standing(subject: AbuseSubject, zone: tzinfo) -> str:
    """What follows from the score now, and until when."""
    if subject.spared:
        return "only watched"
    until = subject.paused_until if subject.step is AbuseStep.PAUSED else subject.slowed_until
    if subject.step is AbuseStep.WATCHED or until is None:
        return _STEPS[subject.step]
    return f"{_STEPS[subject.step]} until {words.moment(until, zone)}"


def score(points: float) -> str:
    """Points with one decimal."""
    return f"{points:,.1f}"


def subject_facts(subject: AbuseSubject, now: datetime, zone: tzinfo) -> list[tuple[str, Cell]]:
    """How a subject stands."""
    shown: list[tuple[str, Cell]] = [("Score", score(subject.score)), ("Now", standing(subject, zone))]
    if subject.step is AbuseStep.PAUSED and subject.cause is not None:
        shown.append(("Paused for", _CAUSES[subject.cause]))
    if subject.user_email is not None and subject.kind is AbuseKind.KEY:
        shown.append(("Person", subject.user_email))
    if subject.kind is AbuseKind.ADDRESS:
        shown.append(("Holds for", "accounts younger than a week, once several people's prompts were blocked there"))
    shown.append(("Last change", words.ago(subject.updated_at, now)))
    shown.append(("Alert", words.NONE if subject.alerted_at is None else words.moment(subject.alerted_at, zone)))
    if subject.revoked_at is not None:
        shown.append(("Lifted", words.moment(subject.revoked_at, zone)))
    return shown


def what(event: AbuseEvent) -> str:
    """What raised a score, and whether that was taken back."""
    kind = "Costly request" if event.kind is AbuseCause.COSTLY else "Blocked prompt"
    category = f", {words.family(event.category).lower()}" if event.category else ""
    taken = f" (taken back by {event.taken_back_by})" if event.taken_back_at is not None else ""
    return f"{kind}{category}{taken}"


def abuse_panel(detail: AbuseDetail, now: datetime, zone: tzinfo, *, may_change: bool) -> None:
    """Draws the panel; the actions only for those who may."""
    subject = detail.subject
    with st.container(key="inspector", gap="small"):
        mark = tag(_STEPS[subject.step].capitalize(), _TONES[subject.step])
        st.html(_NAME.format(subject.name, mark, _KINDS[subject.kind]))
        facts(subject_facts(subject, now, zone))
        if detail.events:
            rows = [
                (words.short_moment(event.created_at, zone), what(event), event.user_email, score(event.points))
                for event in detail.events
            ]
            table(_EVENTS, rows, "What raised the score, newest first")
        if may_change:
            _actions(detail, zone)


def _actions(detail: AbuseDetail, zone: tzinfo) -> None:
    subject = detail.subject
    with st.container(key="abuse_actions", horizontal=True, gap="small"):
        if st.button("Lift and forget", key="revoke"):
            abuse_dialogs.revoke(subject)
        if not subject.spared and st.button("Pause", key="pause"):
            abuse_dialogs.pause(subject)
        left = [event for event in detail.events if event.taken_back_at is None]
        if left and st.button("Take one back", key="take_back"):
            abuse_dialogs.take_back([(event, words.short_moment(event.created_at, zone)) for event in left])
