"""What an admin does about a score: lift a step, pause, take one event back, change the rules."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from frontend.client import abuse
from frontend.components.reason_dialog import Unusable, Write, reason_dialog
from shared.abuse import AbuseEvent, AbuseRules, AbuseRulesPatch, AbuseSubject

_SPANS = {
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "1 week": timedelta(weeks=1),
    "30 days": timedelta(days=30),
}
_MINUTE = 60


def revoke(subject: AbuseSubject) -> None:
    """Asks before a step is lifted and the score forgotten."""

    def write(reason: str) -> str:
        abuse.revoke(subject.id, reason)
        return f"Nothing is held against {subject.name} any more"

    lead = f"The score of {subject.name} becomes zero, and whatever slows or pauses them ends at once."
    reason_dialog(f"Lift and forget: {subject.name}", lead, "Lift and forget", lambda: write)


def pause(subject: AbuseSubject) -> None:
    """Asks for how long somebody is paused."""

    def fields() -> Write:
        span = st.segmented_control("For", list(_SPANS), default="1 day", required=True, key="pause_for")

        def write(reason: str) -> str:
            abuse.pause(subject.id, datetime.now(UTC) + _SPANS[span], reason)
            return f"{subject.name} is paused for {span}"

        return write

    lead = "Nothing is sent to a model for them until then. They are told until when, and to ask their administrator."
    reason_dialog(f"Pause {subject.name}", lead, "Pause", fields)


def take_back(events: Sequence[tuple[AbuseEvent, str]]) -> None:
    """Asks which event was a mistake."""

    def fields() -> Write:
        chosen = st.selectbox(
            "Event",
            events,
            format_func=lambda each: f"{each[1]}, {each[0].category or each[0].kind.value}",
            key="take_back_event",
        )

        def write(reason: str) -> str:
            if chosen is None:
                raise Unusable("There is no event.")
            abuse.take_back(chosen[0].id, reason)
            return "Taken back"

        return write

    lead = "Its points are taken from the person, the API key and the address. A pause that it led to ends."
    reason_dialog("Take one back", lead, "Take back", fields, example="For example: the rule was wrong")


def rules(now: AbuseRules) -> None:
    """Asks for other rules of everybody."""

    def fields() -> Write:
        enabled = st.toggle("Keep scores", value=now.enabled, key="rule_enabled")
        left, right = st.columns(2)
        with left:
            blocked = _points("Points of a blocked prompt", now.blocked_points, "rule_blocked")
            slow = _points("Slower from a score of", now.slow_from, "rule_slow")
            paused = _points("Paused from a score of", now.pause_from, "rule_pause")
            alert = _points("Admins are alerted from", now.alert_from, "rule_alert")
        with right:
            costly = _points("Points of a costly request", now.costly_points, "rule_costly")
            slower = _whole("Limits are divided by", now.slow_by, 1, 100, "rule_slow_by")
            minutes = _whole("First pause, minutes", now.pause_seconds // _MINUTE, 1, 43_200, "rule_minutes")
            half = _whole("Half-life, minutes", now.half_life_seconds // _MINUTE, 1, 43_200, "rule_half_life")

        def write(reason: str) -> str:
            abuse.change_rules(
                AbuseRulesPatch(
                    enabled=enabled,
                    blocked_points=blocked,
                    costly_points=costly,
                    slow_from=slow,
                    slow_by=slower,
                    pause_from=paused,
                    pause_seconds=minutes * _MINUTE,
                    alert_from=alert,
                    half_life_seconds=half * _MINUTE,
                    reason=reason,
                )
            )
            return "The rules hold from now on"

        return write

    lead = "Half of a score is gone after each half-life. The rules hold for everybody whose organisation has no own."
    reason_dialog("Rules", lead, "Save rules", fields, wide=True)


def _points(label: str, value: float, key: str) -> float:
    return st.number_input(label, min_value=0.0, max_value=100_000.0, value=value, step=1.0, format="%.0f", key=key)


def _whole(label: str, value: int, least: int, most: int, key: str) -> int:
    return st.number_input(label, min_value=least, max_value=most, value=value, step=1, key=key)
