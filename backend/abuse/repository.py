"""Scores in PostgreSQL. All times are the database's."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from backend.abuse.events import EventRecord
from backend.database import Database
from backend.metering.records import CheckRecord
from shared.abuse import AbuseCause, AbuseKind

_encode = msgspec.json.Encoder().encode


class Restrained(Struct, frozen=True, kw_only=True):
    """What `abuse_restraint` tells; `slowed` and `paused` are the seconds that are left, none of what is over."""

    id: UUID
    kind: AbuseKind
    ref: str
    slow_by: int
    cause: AbuseCause | None
    by_hand: bool
    slowed_until: datetime | None
    paused_until: datetime | None
    slowed: float
    paused: float


_told = msgspec.json.Decoder(list[Restrained])

_RECORD = "SELECT raise_abuse(%s::jsonb)::text FROM (SELECT record_prompt_check(%s::jsonb)) AS recorded"
_RESTRAINED = """
SELECT coalesce(jsonb_agg(abuse_restraint(s, clock_timestamp())), '[]')::text FROM abuse_subjects s
WHERE (s.slowed_until > now() OR s.paused_until > now()) AND NOT EXISTS
    (SELECT 1 FROM users WHERE users.id = s.user_id AND users.role IN ('admin', 'support')) AND
"""
_ALL = _RESTRAINED + "true"
_ONE = _RESTRAINED + "s.id = %s"

_ANNOUNCE = """
UPDATE abuse_subjects SET announced_at = now() WHERE id IN (
    SELECT id FROM abuse_subjects WHERE alerted_at IS NOT NULL AND (announced_at IS NULL OR announced_at < alerted_at)
    FOR UPDATE SKIP LOCKED
) RETURNING id, kind, organisation_id
"""
_PURGE_SUBJECTS = """
DELETE FROM abuse_subjects WHERE id IN (
    SELECT id FROM abuse_subjects WHERE abuse_score(score, updated_at, half_life, now()) < 0.5
    AND greatest(paused_until, slowed_until, alerted_at + interval '1 day', revoked_at + interval '1 day', created_at)
        < now() AND updated_at < now() - interval '1 day'
    LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_PURGE_EVENTS = """
DELETE FROM abuse_events WHERE (organisation_id, id) IN (
    SELECT organisation_id, id FROM abuse_events WHERE created_at < now() - interval '30 days' LIMIT %s
) RETURNING id
"""


async def record_blocked(database: Database, check: CheckRecord, events: Sequence[EventRecord]) -> list[Restrained]:
    """Stores the check of a blocked prompt and counts it, once; tells how its sender is restrained now."""
    rows = await database.call(_RECORD, (_encode(events).decode(), _encode(check).decode()))
    return _told.decode(rows[0][0])


async def restrained(database: Database) -> list[Restrained]:
    """Everybody who is restrained."""
    return _told.decode((await database.call(_ALL, ()))[0][0])


async def restrained_one(database: Database, subject_id: UUID) -> Restrained | None:
    """How one subject is restrained; None when it is not."""
    return next(iter(_told.decode((await database.call(_ONE, (subject_id,)))[0][0])), None)


async def unannounced(database: Database) -> list[tuple[UUID, str, UUID | None]]:
    """Alerts nobody has announced: id, kind and organisation. Each is given out once, however many ask."""
    return [(id, kind, organisation) for id, kind, organisation in await database.call(_ANNOUNCE, ())]


async def purge(database: Database, limit: int) -> int:
    """Deletes up to `limit` subjects whose score has faded, and as many events of a month ago; says how many."""
    events = await database.call(_PURGE_EVENTS, (limit,))
    return len(events) + len(await database.call(_PURGE_SUBJECTS, (limit,)))
