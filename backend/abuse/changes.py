"""What admins change of scores: lift a step, pause somebody, take an event back, set the rules."""

from datetime import timedelta
from uuid import UUID

from msgspec import structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.abuse import admin_repository as repository
from backend.abuse.rules import changed, in_force
from backend.abuse.score import check_rules
from backend.abuse.tables import AbuseRules as AbuseRulesRow
from backend.abuse.tables import AbuseSubject
from backend.accounts.tables import User
from backend.admin.audit import Author, State, record_by
from backend.catalogue.repository import take_turns
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.abuse import AbuseCause, AbusePause, AbuseRules, AbuseRulesPatch

LONGEST_PAUSE = timedelta(days=365)


async def revoke(session: AsyncSession, subject_id: UUID, reason: str, author: Author) -> None:
    """Lifts whatever step there is and sets the score to zero. Raises `NotFound`."""
    found = await repository.locked(session, subject_id)
    if found is None:
        raise _nobody()
    subject, person, now = found
    before = _state(subject)
    subject.score, subject.updated_at, subject.pauses = 0.0, now, 0
    subject.slowed_until = subject.paused_until = subject.alerted_at = None
    subject.paused_by_hand, subject.revoked_at = False, now
    session.add(subject)
    _record(session, author, "abuse.revoked", subject, person, reason, before)


async def pause(session: AsyncSession, subject_id: UUID, wanted: AbusePause, author: Author) -> None:
    """Pauses until a time. Raises `NotFound`, `InvalidRequest`, and `Conflict` for admins and support engineers."""
    found = await repository.locked(session, subject_id)
    if found is None:
        raise _nobody()
    subject, person, now = found
    if not now < wanted.until <= now + LONGEST_PAUSE:
        raise InvalidRequest("until must be in the future, at most a year from now.", details={"field": "until"})
    if repository.spared(person):
        raise Conflict("Admins and support engineers are never paused. Change the role or suspend the account.")
    before = _state(subject)
    subject.paused_at, subject.paused_until, subject.paused_by_hand = now, wanted.until, True
    subject.cause = AbuseCause.ADMIN.value
    session.add(subject)
    _record(session, author, "abuse.paused", subject, person, wanted.reason, before)


async def take_back(session: AsyncSession, event_id: UUID, reason: str, author: Author) -> None:
    """Takes the points of one event back. Raises `NotFound`, and `Conflict` when that was done before."""
    found = await repository.event(session, event_id)
    if found is None:
        raise NotFound("There is no such event.")
    event, email = found
    if not await repository.take_back(session, event.organisation_id, event_id, author.name):
        raise Conflict("This event was taken back before.")
    record_by(
        session,
        author,
        action="abuse.taken_back",
        subject_kind="abuse_event",
        subject_id=event_id,
        subject=email,
        reason=reason,
        before={"points": event.points},
        after={"points": 0},
    )


async def change_rules(session: AsyncSession, patch: AbuseRulesPatch, author: Author) -> None:
    """Sets rules for everybody or an organisation. Raises `NotFound`, and `InvalidRequest` for a contradiction."""
    await take_turns(session)
    place = patch.organisation_id
    name = "everybody" if place is None else await repository.organisation_name(session, place)
    if name is None:
        raise NotFound("There is no such organisation.")
    row = await repository.locked_rules(session, place) or AbuseRulesRow(organisation_id=place, rules={})
    own = changed(row.rules, patch)
    if own == row.rules:
        return
    everywhere = await repository.all_rules(session)
    before = in_force(everywhere)
    after = in_force(everywhere | {place: own})
    for rules in after.values():
        check_rules(rules)
    was, row.rules = row.rules, own
    session.add(row)
    await session.flush()
    await repository.rejudge(session, after, [each for each in {None, *after} if before.get(each) != after.get(each)])
    record_by(
        session,
        author,
        action="abuse.rules_changed",
        subject_kind="abuse_rules",
        subject_id=place,
        subject=name,
        reason=patch.reason,
        before=was,
        after=own,
    )


def effective(rules: dict[UUID | None, AbuseRules], place: UUID | None) -> AbuseRules:
    """The rules of a place."""
    return rules.get(place) or rules.get(None) or AbuseRules()


def own_names(own: State) -> list[str]:
    """The rules that were set in a place, in their usual order."""
    return [name for name in structs.asdict(AbuseRules()) if name in own]


def _nobody() -> NotFound:
    return NotFound("Nobody with this id has a score. It may have faded.")


def _name(subject: AbuseSubject, person: User | None) -> str:
    if person is None:
        return f"address {subject.ref[:8]}"
    return person.email if subject.kind == "user" else f"key {subject.ref} of {person.email}"


def _state(subject: AbuseSubject) -> State:
    return {
        "score": round(subject.score, 1),
        "slowed_until": subject.slowed_until,
        "paused_until": subject.paused_until,
    }


def _record(
    session: AsyncSession,
    author: Author,
    action: str,
    subject: AbuseSubject,
    person: User | None,
    reason: str,
    before: State,
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind=f"abuse_{subject.kind}",
        subject_id=subject.id,
        subject=_name(subject, person),
        reason=reason,
        before=before,
        after=_state(subject),
    )
