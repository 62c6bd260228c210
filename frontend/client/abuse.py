"""Scores of people, API keys and addresses, for the admin desk."""

from datetime import datetime
from uuid import UUID

from frontend.client import http
from shared.abuse import (
    AbuseDetail,
    AbuseKind,
    AbusePause,
    AbuseRevocation,
    AbuseRulesPatch,
    AbuseRulesView,
    AbuseStep,
    AbuseSubject,
)
from shared.paths import ADMIN
from shared.wire import Page

_ABUSE = f"{ADMIN}/abuse"


def subjects(
    *, kind: AbuseKind | None = None, step: AbuseStep | None = None, limit: int | None = None, cursor: str | None = None
) -> Page[AbuseSubject]:
    """Who has a score, the highest first."""
    query: http.Query = {
        "kind": None if kind is None else kind.value,
        "step": None if step is None else step.value,
        "limit": limit,
        "cursor": cursor,
    }
    return http.call("GET", _ABUSE, Page[AbuseSubject], query=query)


def subject(subject_id: UUID) -> AbuseDetail:
    """One subject with what raised its score."""
    return http.call("GET", f"{_ABUSE}/{subject_id}", AbuseDetail)


def revoke(subject_id: UUID, reason: str) -> AbuseDetail:
    """Lifts whatever step there is and forgets the score."""
    return http.call("POST", f"{_ABUSE}/{subject_id}/revoke", AbuseDetail, body=AbuseRevocation(reason=reason))


def pause(subject_id: UUID, until: datetime, reason: str) -> AbuseDetail:
    """Pauses until a time."""
    body = AbusePause(until=until, reason=reason)
    return http.call("POST", f"{_ABUSE}/{subject_id}/pause", AbuseDetail, body=body)


def take_back(event_id: UUID, reason: str) -> None:
    """Takes back what one event added."""
    http.command("POST", f"{_ABUSE}/events/{event_id}/take-back", body=AbuseRevocation(reason=reason))


def rules() -> AbuseRulesView:
    """The rules of everybody."""
    return http.call("GET", f"{_ABUSE}/settings", AbuseRulesView)


def change_rules(patch: AbuseRulesPatch) -> AbuseRulesView:
    """Changes the rules at once, also for the scores that there are."""
    return http.call("PATCH", f"{_ABUSE}/settings", AbuseRulesView, body=patch)
