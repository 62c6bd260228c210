"""The invented organisation's scores."""

from datetime import datetime, timedelta

from shared.abuse import AbuseCause, AbuseDetail, AbuseEvent, AbuseKind, AbuseStep, AbuseSubject
from tests.frontend.invented import uid


def abuse(now: datetime) -> list[AbuseDetail]:
    """A person who is paused, a key that is slowed, an address and an admin that are watched."""
    soon = now + timedelta(minutes=12)
    rows = [
        (AbuseKind.USER, "d.ferreira@harbourworks.example", 58.2, AbuseStep.PAUSED, False, "illegal", 3),
        (AbuseKind.KEY, "Support macro (fl_live_uG6f…)", 31.0, AbuseStep.SLOWED, False, "malware", 2),
        (AbuseKind.ADDRESS, "address 3fa2b1c4", 12.5, AbuseStep.WATCHED, False, "hate", 1),
        (AbuseKind.USER, "j.okafor@harbourworks.example", 9.0, AbuseStep.WATCHED, True, "violence", 1),
    ]
    return [
        AbuseDetail(
            subject=AbuseSubject(
                id=uid(3000 + number),
                kind=kind,
                name=name,
                organisation_id=None if kind is AbuseKind.ADDRESS else uid(1),
                user_id=None if kind is AbuseKind.ADDRESS else uid(50 + number),
                user_email=None if kind is AbuseKind.ADDRESS else "d.ferreira@harbourworks.example",
                score=score,
                step=step,
                spared=spared,
                slowed_until=None if step is AbuseStep.WATCHED else now + timedelta(hours=1),
                paused_until=soon if step is AbuseStep.PAUSED else None,
                paused_by_hand=False,
                cause=AbuseCause.BLOCKED if step is AbuseStep.PAUSED else None,
                alerted_at=now - timedelta(minutes=3) if step is AbuseStep.PAUSED else None,
                revoked_at=None,
                updated_at=now - timedelta(minutes=3),
            ),
            events=[
                AbuseEvent(
                    id=uid(3100 + 10 * number + place),
                    created_at=now - timedelta(minutes=3 + place),
                    kind=AbuseCause.BLOCKED,
                    category=category,
                    points=10.0,
                    request_id=uid(3200),
                    user_email="d.ferreira@harbourworks.example",
                    taken_back_at=now if place == 2 else None,
                    taken_back_by="the sender" if place == 2 else None,
                )
                for place in range(events)
            ],
        )
        for number, (kind, name, score, step, spared, category, events) in enumerate(rows)
    ]
