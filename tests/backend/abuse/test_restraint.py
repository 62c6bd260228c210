"""What a sender's standing means for one request."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec import structs

from backend.abuse.errors import Paused
from backend.abuse.restraint import FREE, Entry, is_newcomer, moment, restraint
from shared.abuse import AbuseCause, AbuseKind

NOW = 1000.0
TODAY = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
QUIET = Entry(
    id=UUID(int=1),
    kind=AbuseKind.USER,
    ref="x",
    slow_by=4,
    by_hand=False,
    cause=AbuseCause.BLOCKED,
    slowed=0.0,
    paused=0.0,
    slowed_until=TODAY,
    paused_until=TODAY + timedelta(minutes=30),
)


def entry(**changes: object) -> Entry:
    return structs.replace(QUIET, **changes)


@pytest.mark.parametrize(
    "entries", [[], [QUIET], [entry(slowed=NOW), entry(paused=NOW)], [entry(slowed=2000.0, slow_by=1)]]
)
def test_what_is_over_restrains_nobody(entries: list[Entry]) -> None:
    assert restraint(entries, NOW, TODAY) is FREE


def test_the_strongest_slowing_counts_and_says_until_when() -> None:
    found = restraint(
        [entry(slowed=1500.0, slow_by=2), entry(slowed=1200.0, slow_by=8, slowed_until=TODAY + timedelta(minutes=3))],
        NOW,
        TODAY,
    )
    assert found.slow_by == 8
    assert "8 times lower than usual until 14:03 UTC" in found.note


@pytest.mark.parametrize(
    ("kind", "cause", "said"),
    [
        (AbuseKind.USER, AbuseCause.BLOCKED, "Sending is paused until 14:30 UTC, because several prompts were blocked"),
        (AbuseKind.KEY, AbuseCause.COSTLY, "This API key is paused until 14:30 UTC, because many costly requests"),
        (AbuseKind.ADDRESS, AbuseCause.BLOCKED, "New accounts at your network address are paused until 14:30 UTC"),
        (AbuseKind.USER, AbuseCause.ADMIN, "because an administrator decided so. This prompt was not sent. Ask your"),
        (AbuseKind.USER, None, "If that was a mistake, ask your administrator."),
    ],
)
def test_a_pause_says_whose_until_when_why_and_whom_to_ask(
    kind: AbuseKind, cause: AbuseCause | None, said: str
) -> None:
    with pytest.raises(Paused) as refused:
        restraint([entry(kind=kind, cause=cause, paused=1600.0, slowed=9999.0)], NOW, TODAY)
    body = refused.value.body()
    assert said in body.message
    assert (refused.value.status, body.retryable, body.retry_after) == (429, True, 601)
    assert body.details["until"] == "2026-11-21T14:30:00Z"


def test_the_longest_pause_is_the_one_that_counts() -> None:
    later = TODAY + timedelta(hours=3)
    with pytest.raises(Paused) as refused:
        restraint([entry(paused=1600.0), entry(paused=9000.0, paused_until=later, kind=AbuseKind.KEY)], NOW, TODAY)
    assert refused.value.details["whose"] == "key"


def test_another_day_is_named() -> None:
    assert moment(TODAY + timedelta(days=1), TODAY) == "22 November 2026, 14:00 UTC"
    assert moment(None, TODAY) == "further notice"


@pytest.mark.parametrize(
    ("user_id", "new"),
    [
        ("01900000-0000-7000-8000-000000000001", False),
        ("00000000-0000-4000-8000-000000000001", False),
        ("019aa7a0-0000-7000-8000-000000000001", True),
    ],
)
def test_an_accounts_id_tells_whether_it_is_new(user_id: str, new: bool) -> None:
    made = datetime(2025, 11, 22, tzinfo=UTC)
    assert is_newcomer(UUID(user_id), made) is new
