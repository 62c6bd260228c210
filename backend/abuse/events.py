"""What counts against whom, and with how many points. Pure."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from backend.columns import new_id
from shared.abuse import AbuseCause, AbuseKind, AbuseRules
from shared.precheck import RiskCategory

FORGIVEN = frozenset({RiskCategory.SECRET})
"""Sending one's own secrets is a mistake, not abuse."""


class Mark(Struct, frozen=True, kw_only=True):
    """Points for one subject, with the rules by which they count."""

    kind: AbuseKind
    ref: str
    organisation_id: UUID | None
    user_id: UUID | None
    points: float
    rules: AbuseRules


class EventRecord(Struct, frozen=True, kw_only=True):
    """An element of the argument of `raise_abuse`: an `abuse_events` row, and who gets points for it."""

    id: UUID
    organisation_id: UUID
    request_id: UUID
    check_id: UUID | None
    user_id: UUID
    api_key_id: UUID | None
    address: str | None
    kind: AbuseCause
    category: str | None
    points: float
    person_points: float
    once: str
    marks: list[Mark]


class Sender(Struct, frozen=True, kw_only=True):
    """Who sent a request. `address` is a keyed hash, None where the address is unknown."""

    organisation_id: UUID
    user_id: UUID
    api_key_id: UUID | None
    address: str | None


def counts(categories: Sequence[RiskCategory]) -> bool:
    """Whether a blocked prompt counts against its sender.

    Who speaks of hurting themselves is never punished for it, whatever else was found.
    """
    return RiskCategory.SELF_HARM not in categories and (not categories or not FORGIVEN.issuperset(categories))


def blocked(
    sender: Sender,
    rules: AbuseRules,
    everybody: AbuseRules,
    *,
    request_id: UUID,
    check_id: UUID,
    categories: Sequence[RiskCategory],
    once: str,
) -> EventRecord | None:
    """A prompt that a safety rule blocked; None when it does not count. `once` is the same for a repetition."""
    if not rules.enabled or rules.blocked_points <= 0 or not counts(categories):
        return None
    return _event(
        AbuseCause.BLOCKED,
        sender,
        rules,
        everybody,
        rules.blocked_points,
        everybody.blocked_points,
        request_id=request_id,
        check_id=check_id,
        category=str(categories[0]) if categories else None,
        once=once,
    )


def costly(sender: Sender, rules: AbuseRules, *, request_id: UUID) -> EventRecord:
    """A request that cost much of a day's credits. It says nothing about the others at its address."""
    return _event(
        AbuseCause.COSTLY,
        sender,
        rules,
        None,
        rules.costly_points,
        0.0,
        request_id=request_id,
        check_id=None,
        category=None,
        once=f"{AbuseCause.COSTLY} {request_id}",
    )


def _event(
    kind: AbuseCause,
    sender: Sender,
    rules: AbuseRules,
    everybody: AbuseRules | None,
    points: float,
    address_points: float,
    *,
    request_id: UUID,
    check_id: UUID | None,
    category: str | None,
    once: str,
) -> EventRecord:
    person_points = points if sender.api_key_id is None else points * rules.key_share
    marks = [_mark(AbuseKind.USER, str(sender.user_id), sender, person_points, rules)]
    if sender.api_key_id is not None:
        marks.append(_mark(AbuseKind.KEY, str(sender.api_key_id), sender, points, rules))
    address = sender.address if everybody is not None and everybody.enabled else None
    if address is not None and everybody is not None:
        marks.append(_mark(AbuseKind.ADDRESS, address, None, address_points, everybody))
    return EventRecord(
        id=new_id(),
        organisation_id=sender.organisation_id,
        request_id=request_id,
        check_id=check_id,
        user_id=sender.user_id,
        api_key_id=sender.api_key_id,
        address=address,
        kind=kind,
        category=category,
        points=points,
        person_points=person_points,
        once=once,
        marks=marks,
    )


def _mark(kind: AbuseKind, ref: str, whose: Sender | None, points: float, rules: AbuseRules) -> Mark:
    return Mark(
        kind=kind,
        ref=ref,
        organisation_id=None if whose is None else whose.organisation_id,
        user_id=None if whose is None else whose.user_id,
        points=points,
        rules=rules,
    )
