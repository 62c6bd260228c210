"""Model calls as a table in which one row is chosen."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

import streamlit as st

from frontend import address, state
from frontend import format as words
from frontend.components.call_story import short_status
from shared.admin import CallRow


def columns(calls: Sequence[CallRow], now: datetime, zone: tzinfo) -> dict[str, list[str]]:
    """The table's columns; the time has its day where that is not today."""
    return {
        "Time": [_time(call.created_at, now, zone) for call in calls],
        "User": [call.user_email.partition("@")[0] for call in calls],
        "Model": [call.model or words.NONE for call in calls],
        "Status": [short_status(call) for call in calls],
        "Total": [words.duration(call.latency_ms) for call in calls],
        "Credits": [words.credits(call.credits) for call in calls],
    }


def call_table(calls: Sequence[CallRow], now: datetime) -> None:
    """Draws the table; choosing a row names it in the address."""
    ids = [str(call.request_id) for call in calls]
    key = f"calls_{now.timestamp()}_{address.cursor() or 0}"
    named = address.chosen()
    st.dataframe(
        columns(calls, now, state.zone()),
        hide_index=True,
        height="content",
        key=key,
        on_select=lambda: _choose(key, ids),
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [ids.index(named)]}} if named in ids else None,
        column_config={
            "Total": st.column_config.TextColumn(alignment="right"),
            "Credits": st.column_config.TextColumn(alignment="right"),
        },
        alt="Model calls, newest first",
    )


def _choose(key: str, ids: Sequence[str]) -> None:
    row = state.selected_row(key)
    if row is not None and row < len(ids):
        address.choose(ids[row])


def _time(at: datetime, now: datetime, zone: tzinfo) -> str:
    recent = now - at < timedelta(days=1)
    return words.clock(at, zone) if recent else words.short_moment(at, zone).rpartition(":")[0]
