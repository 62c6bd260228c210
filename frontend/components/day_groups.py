"""Groups conversations by when they were last written in."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from itertools import groupby

from shared.conversations import Conversation


def by_day(conversations: Iterable[Conversation], now: datetime, zone: tzinfo) -> list[tuple[str, list[Conversation]]]:
    """Groups with their names, newest first: Today, Yesterday, Last 7 days, then months, in the reader's days."""
    newest_first = sorted(conversations, key=lambda one: one.updated_at, reverse=True)
    grouped = groupby(newest_first, lambda one: _name(one.updated_at.astimezone(zone), now.astimezone(zone)))
    return [(name, list(members)) for name, members in grouped]


def _name(moment: datetime, now: datetime) -> str:
    days = (now.date() - moment.date()).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    return "Last 7 days" if days <= 7 else f"{moment:%B %Y}"
