"""Scores as the admin desk sees and changes them. All times are the database's."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.abuse.tables import AbuseEvent as AbuseEventRow
from backend.abuse.tables import AbuseRules as AbuseRulesRow
from backend.abuse.tables import AbuseSubject as AbuseSubjectRow
from backend.accounts.tables import Organisation, User
from backend.database import Database
from shared.abuse import AbuseCause, AbuseEvent, AbuseKind, AbuseRules, AbuseStep, AbuseSubject
from shared.accounts import UserRole

MOST_EVENTS = 200
SENDER = "the sender"
"""By whom an event was taken back that its own sender reported."""
BELIEVED_IN_A_DAY = 3
"""Reports of one person that take points back at once; the others wait for an admin."""
_SUBJECTS = """
SELECT * FROM (
    SELECT round((abuse_score(s.score, s.updated_at, s.half_life, %(at)s) * 1000)::numeric)::bigint AS thousandths,
        s.id, s.kind, CASE s.kind WHEN 'user' THEN u.email
            WHEN 'key' THEN coalesce(k.name || ' (' || k.prefix || '…)', 'a deleted key')
            ELSE 'address ' || left(s.ref, 8) END AS name,
        s.organisation_id, s.user_id, u.email, coalesce(u.role IN ('admin', 'support'), false) AS spared,
        CASE WHEN u.role IN ('admin', 'support') THEN 'watched' WHEN s.paused_until > now() THEN 'paused'
            WHEN s.slowed_until > now() THEN 'slowed' ELSE 'watched' END AS step,
        s.slowed_until, s.paused_until, s.paused_by_hand, s.cause, s.alerted_at, s.revoked_at, s.updated_at
    FROM abuse_subjects s LEFT JOIN users u ON u.id = s.user_id
    LEFT JOIN api_keys k ON k.id = CASE WHEN s.kind = 'key' THEN s.ref::uuid END
) AS listed
"""
_PAGE = (
    _SUBJECTS
    + """WHERE (%(kind)s::text IS NULL OR kind = %(kind)s) AND (%(step)s::text IS NULL OR step = %(step)s)
    AND (%(seen)s::bigint IS NULL OR (thousandths, id) < (%(seen)s::bigint, %(seen_id)s::uuid))
ORDER BY thousandths DESC, id DESC LIMIT %(limit)s
"""
)
_ONE = _SUBJECTS + "WHERE id = %(id)s"
_ALERTED = _SUBJECTS + "WHERE alerted_at > now() - interval '1 day' ORDER BY alerted_at DESC"

_EVENTS = """
SELECT e.id, e.created_at, e.kind, e.category, CASE s.kind WHEN 'user' THEN e.person_points ELSE e.points END,
    e.request_id, u.email, e.taken_back_at, e.taken_back_by
FROM abuse_subjects s JOIN abuse_events e ON CASE s.kind WHEN 'user' THEN e.user_id = s.user_id
    WHEN 'key' THEN e.api_key_id = s.ref::uuid ELSE e.address = s.ref END
JOIN users u ON u.id = e.user_id
WHERE s.id = %s ORDER BY e.created_at DESC, e.id DESC LIMIT %s
"""

_REJUDGE = """
UPDATE abuse_subjects s SET updated_at = now(), score = abuse_score(s.score, s.updated_at, s.half_life, now()),
    half_life = %(half_life)s, slow_from = %(slow_from)s, pause_from = %(pause_from)s, slow_by = %(slow_by)s,
    slowed_until = CASE WHEN %(enabled)s AND s.slowed_until > now() THEN abuse_fades(
        abuse_score(s.score, s.updated_at, s.half_life, now()), %(half_life)s, %(slow_from)s, now()) END,
    paused_until = CASE WHEN %(enabled)s OR s.paused_by_hand THEN s.paused_until END
WHERE
"""
_REJUDGE_OWN = _REJUDGE + "s.organisation_id = %(place)s::uuid"
_REJUDGE_OTHERS = _REJUDGE + "s.organisation_id IS NULL OR s.organisation_id <> ALL (%(own)s::uuid[])"
_LOCK_ALL = "SELECT id FROM abuse_subjects ORDER BY kind, ref FOR UPDATE"

_REPORTED = """
SELECT e.id FROM abuse_events e WHERE e.organisation_id = %s AND e.user_id = %s AND e.check_id = %s
    AND e.kind = 'blocked' AND (SELECT count(*) FROM abuse_events t WHERE t.user_id = e.user_id
        AND t.taken_back_by = %s AND t.taken_back_at > now() - interval '1 day') < %s
"""
_TAKE_BACK = "SELECT take_back_abuse(%s, %s, %s)"


class Listed(NamedTuple):
    """A subject, with its score in thousandths, by which it is listed."""

    thousandths: int
    subject: AbuseSubject


async def now(database: Database) -> datetime:
    """The database's clock."""
    at: datetime = (await database.call("SELECT now()", ()))[0][0]
    return at


async def listed(
    database: Database,
    at: datetime,
    *,
    kind: AbuseKind | None,
    step: AbuseStep | None,
    seen: tuple[int, UUID] | None,
    limit: int,
) -> list[Listed]:
    """Subjects with their scores at a time, the highest first, after the one seen last."""
    thousandths, last = seen or (None, None)
    wanted = {
        "at": at,
        "kind": None if kind is None else kind.value,
        "step": None if step is None else step.value,
        "seen": thousandths,
        "seen_id": last,
        "limit": limit,
    }
    return [_listed(row) for row in await database.call(_PAGE, wanted)]


async def one(database: Database, subject_id: UUID) -> AbuseSubject | None:
    """One subject as it is now."""
    rows = await database.call(_ONE, {"at": await now(database), "id": subject_id})
    return _listed(rows[0]).subject if rows else None


async def alerted_names(database: Database) -> list[str]:
    """Whom admins were alerted about in the last day, the newest first."""
    rows = await database.call(_ALERTED, {"at": await now(database)})
    return [_listed(row).subject.name for row in rows]


async def events(database: Database, subject_id: UUID) -> list[AbuseEvent]:
    """What raised a subject's score, the newest first."""
    names = AbuseEvent.__struct_fields__
    rows = await database.call(_EVENTS, (subject_id, MOST_EVENTS))
    return [AbuseEvent(**dict(zip(names, row, strict=True)) | {"kind": AbuseCause(row[2])}) for row in rows]


async def locked(session: AsyncSession, subject_id: UUID) -> tuple[AbuseSubjectRow, User | None, datetime] | None:
    """A subject nobody else changes until the unit of work ends, its person, and the time."""
    query = (
        select(AbuseSubjectRow, User, func.clock_timestamp())
        .outerjoin(User, col(User.id) == col(AbuseSubjectRow.user_id))
        .where(col(AbuseSubjectRow.id) == subject_id)
        .with_for_update(of=AbuseSubjectRow)
    )
    return (await session.exec(query)).first()


async def event(session: AsyncSession, event_id: UUID) -> tuple[AbuseEventRow, str] | None:
    """An event, and the address of whoever sent the prompt."""
    query = select(AbuseEventRow, col(User.email)).join(User, col(User.id) == col(AbuseEventRow.user_id))
    return (await session.exec(query.where(col(AbuseEventRow.id) == event_id))).first()


async def take_back(session: AsyncSession, organisation_id: UUID, event_id: UUID, by: str) -> bool:
    """Takes an event's points back; False when that was done before."""
    rows = await (await session.connection()).exec_driver_sql(_TAKE_BACK, (organisation_id, event_id, by))
    return bool(rows.scalar_one())


async def believe(session: AsyncSession, organisation_id: UUID, user_id: UUID, check_id: UUID) -> bool:
    """Takes back what a prompt counted whose sender says that it was blocked by mistake; False when nothing is."""
    connection = await session.connection()
    wanted = (organisation_id, user_id, check_id, SENDER, BELIEVED_IN_A_DAY)
    event_id = (await connection.exec_driver_sql(_REPORTED, wanted)).scalar()
    return event_id is not None and await take_back(session, organisation_id, event_id, SENDER)


async def organisation_name(session: AsyncSession, organisation_id: UUID) -> str | None:
    """What an organisation is called; None when there is none."""
    return (await session.exec(select(Organisation.name).where(col(Organisation.id) == organisation_id))).first()


async def locked_rules(session: AsyncSession, organisation_id: UUID | None) -> AbuseRulesRow | None:
    """What was set in a place, unchangeable by others until the unit of work ends."""
    place = col(AbuseRulesRow.organisation_id)
    query = select(AbuseRulesRow).where(place.is_(None) if organisation_id is None else place == organisation_id)
    return (await session.exec(query.with_for_update())).first()


async def all_rules(session: AsyncSession) -> dict[UUID | None, dict[str, Any]]:
    """What was set in every place."""
    return {row.organisation_id: row.rules for row in await session.exec(select(AbuseRulesRow))}


async def rejudge(
    session: AsyncSession, rules: Mapping[UUID | None, AbuseRules], places: Iterable[UUID | None]
) -> None:
    """Has new rules hold for the scores and steps that there are; pauses keep their end, unless scores are off."""
    connection = await session.connection()
    await connection.exec_driver_sql(_LOCK_ALL)
    own = [place for place in rules if place is not None]
    for place in places:
        wanted = rules.get(place) or rules.get(None) or AbuseRules()
        given = {
            "half_life": float(wanted.half_life_seconds),
            "slow_from": wanted.slow_from,
            "pause_from": wanted.pause_from,
            "slow_by": wanted.slow_by,
            "enabled": wanted.enabled,
            "place": place,
            "own": own,
        }
        await connection.exec_driver_sql(_REJUDGE_OTHERS if place is None else _REJUDGE_OWN, given)


def spared(person: User | None) -> bool:
    """Whether somebody is never slowed or paused."""
    return person is not None and person.role in (UserRole.ADMIN.value, UserRole.SUPPORT.value)


def _listed(row: tuple[Any, ...]) -> Listed:
    thousandths, id, kind, name, organisation_id, user_id, email, is_spared, step, *rest = row
    slowed_until, paused_until, by_hand, cause, alerted_at, revoked_at, updated_at = rest
    return Listed(
        thousandths,
        AbuseSubject(
            id=id,
            kind=AbuseKind(kind),
            name=name,
            organisation_id=organisation_id,
            user_id=user_id,
            user_email=email,
            score=thousandths / 1000,
            step=AbuseStep(step),
            spared=is_spared,
            slowed_until=slowed_until,
            paused_until=paused_until,
            paused_by_hand=by_hand,
            cause=None if cause is None else AbuseCause(cause),
            alerted_at=alerted_at,
            revoked_at=revoked_at,
            updated_at=updated_at,
        ),
    )
