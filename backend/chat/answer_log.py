"""What is kept of a streamed answer for readers in other processes: writing it and reading it. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from backend.chat.feed import Feed, Placed, Saved
from backend.chat.order import Order
from backend.metering.records import LogRecord
from shared.errors import ErrorBody
from shared.events import NAMES, ChatEvent, Done, EventId


class AnswerLog(Struct, frozen=True):
    """A log as it was read: every event, and the text of the edition it is at."""

    events: Sequence[Placed]
    edition: int
    text: str

    @property
    def ended(self) -> bool:
        """Whether the last event is the end."""
        return bool(self.events) and is_end(self.events[-1].event)


def is_end(event: ChatEvent) -> bool:
    """Whether nothing follows an event."""
    return isinstance(event, Done | ErrorBody)


def assembled(before: AnswerLog, events: Sequence[Placed], parts: Sequence[tuple[int, int, str]]) -> AnswerLog:
    """A log with what was read of it since: all its events (none when they are as before) and parts of its text.

    Parts begin where the text is at, or before; nothing counts that stands after the end.
    """
    events = events if len(events) > len(before.events) else before.events
    edition = max([events[-1].place.attempt if events else 0, before.edition, *(part[0] for part in parts)])
    text = before.text if edition == before.edition else ""
    for of, start, words in parts:
        if of == edition and start <= len(text) < start + len(words):
            text += words[len(text) - start :]
    log = AnswerLog(events, edition, text)
    return AnswerLog(events, edition, text[: events[-1].place.offset]) if log.ended else log


def news(order: Order, feed: Feed) -> tuple[LogRecord, Saved] | None:
    """What a log does not have of its feed yet, and what it has then; None when that is nothing."""
    now = Saved(len(feed.events), feed.edition, feed.length)
    if now == feed.saved:
        return None
    events = list(feed.events) if now.events > feed.saved.events else []
    return _record(order, feed, events), now


def last_news(order: Order, feed: Feed, last_words: Sequence[ChatEvent]) -> LogRecord:
    """What a log does not have yet when `last_words` end the answer."""
    here = EventId(feed.edition, feed.length)
    return _record(order, feed, [*feed.events, *(Placed(here, event) for event in last_words)])


def _record(order: Order, feed: Feed, events: Sequence[Placed]) -> LogRecord:
    start = feed.saved.length if feed.saved.edition == feed.edition else 0
    return LogRecord(
        organisation_id=order.organisation_id,
        request_id=order.request_id,
        user_id=order.user_id,
        events=written(events),
        edition=feed.edition,
        start=start,
        text=feed.text[start:],
        ended=bool(events) and is_end(events[-1].event),
    )


def written(events: Sequence[Placed]) -> list[tuple[int, int, str, ChatEvent]]:
    """Events as a log has them."""
    return [(*place, NAMES[type(event)], event) for place, event in events]
