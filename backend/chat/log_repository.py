"""Logs of streamed answers in the database."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from backend.chat.feed import Placed
from backend.database import Database
from backend.metering.records import LogRecord
from shared.events import EventId, decode_event

_encode = msgspec.json.Encoder().encode
_events = msgspec.json.Decoder(list[tuple[int, int, str, msgspec.Raw]])
_parts = msgspec.json.Decoder(list[tuple[int, int, str]])


class Known(NamedTuple):
    """What a reader has of a log: so many events, and so many characters of an edition."""

    request_id: UUID
    events: int = 0
    edition: int = 0
    length: int = 0


class LogRows(NamedTuple):
    """What was added to a log, all read at one moment.

    `events` are all, or none when they are as before. `running`: there is a hold. `owner` is whose request it is;
    None when there is neither a log nor a hold.
    """

    owner: UUID | None
    logged: bool
    running: bool
    events: list[Placed]
    parts: list[tuple[int, int, str]]


_NEWS = """
SELECT k.request_id, coalesce(l.user_id, h.user_id), l.request_id IS NOT NULL, h.request_id IS NOT NULL,
    CASE WHEN jsonb_array_length(l.events) > k.events THEN l.events::text END,
    (SELECT json_agg(json_build_array(p.edition, p.start, p.text) ORDER BY p.edition, p.start)::text
     FROM answer_parts p WHERE p.organisation_id = l.organisation_id AND p.request_id = l.request_id
        AND (p.edition > k.edition OR (p.edition = k.edition AND p.start + length(p.text) > k.length)))
FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::int[]) AS k(request_id, events, edition, length)
LEFT JOIN answer_logs l ON l.request_id = k.request_id
LEFT JOIN holds h ON h.request_id = k.request_id
"""


async def save(database: Database, records: list[LogRecord]) -> set[UUID]:
    """Adds to logs in one statement; repeating it is safe. Returns the requests that can still be added to."""
    rows = await database.call("SELECT save_answers(%s::jsonb)", (_encode(records).decode(),))
    return {row[0] for row in rows}


async def news(database: Database, known: list[Known]) -> dict[UUID, LogRows]:
    """What was added to logs since, in one statement."""
    columns = [list(column) for column in zip(*known, strict=True)]
    return {
        request_id: LogRows(
            owner,
            logged,
            running,
            _placed(events) if events is not None else [],
            _parts.decode(parts) if parts is not None else [],
        )
        for request_id, owner, logged, running, events, parts in await database.call(_NEWS, columns)
    }


async def purge(database: Database) -> None:
    """Forgets logs 15 minutes after their end."""
    await database.call(
        "WITH old AS (DELETE FROM answer_logs l WHERE updated_at < clock_timestamp() - interval '15 minutes'"
        " AND (ended OR NOT EXISTS (SELECT 1 FROM holds h WHERE h.organisation_id = l.organisation_id"
        " AND h.request_id = l.request_id)) RETURNING 1) SELECT count(*) FROM old",
        (),
    )


def _placed(events: str) -> list[Placed]:
    found = ((edition, offset, decode_event(name, data)) for edition, offset, name, data in _events.decode(events))
    return [Placed(EventId(edition, offset), event) for edition, offset, event in found if event is not None]
