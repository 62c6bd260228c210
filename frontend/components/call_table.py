"""Model calls as a table in which one row is chosen."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from frontend import format as words
from frontend import state
from frontend.components.call_story import short_status
from frontend.components.chooser import chooser
from shared.admin import CallRow


def columns(calls: Sequence[CallRow], now: datetime, zone: tzinfo) -> dict[str, list[str]]:
    """The table's columns; the time is a day where that is not the last."""
    return {
        "Time": [_time(call.created_at, now, zone) for call in calls],
        "User": [call.user_email.partition("@")[0] for call in calls],
        "Model": [call.model or words.NONE for call in calls],
        "Status": [short_status(call) for call in calls],
        "Total": [words.duration(call.latency_ms) for call in calls],
        "Credits": [words.credits(call.credits) for call in calls],
    }


def call_table(calls: Sequence[CallRow], now: datetime) -> None:
    """Draws the table as of `now`."""
    chooser(
        "calls",
        columns(calls, now, state.zone()),
        [str(call.request_id) for call in calls],
        edition=str(now.timestamp()),
        right=("Total", "Credits"),
        alt="Model calls, newest first",
    )


def _time(at: datetime, now: datetime, zone: tzinfo) -> str:
    recent = now - at < timedelta(days=1)
    return words.clock(at, zone) if recent else words.short_moment(at, zone).rpartition(":")[0]
