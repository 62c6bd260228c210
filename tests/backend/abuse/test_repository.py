"""Scores in PostgreSQL: what its function counts is what the rules say, for however many come at once."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from backend.abuse import events, repository
from backend.abuse.events import EventRecord, Sender
from backend.abuse.score import fades_in, left
from backend.columns import new_id
from backend.database import Database
from backend.metering import repository as metering
from shared.abuse import AbuseRules
from shared.precheck import RiskCategory
from tests.backend.metering.ledger import Holder

RULES = AbuseRules()


@pytest.fixture
def holder(database_url: str) -> Holder:
    """Somebody without a score."""
    return Holder(psycopg.connect(database_url, autocommit=True))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """One process's connections."""
    opened = Database(database_url)
    await opened.open()
    yield opened
    await opened.close()


def event(
    holder: Holder, rules: AbuseRules = RULES, *, once: str | None = None, address: str | None = None
) -> EventRecord:
    """A blocked prompt."""
    sender = Sender(organisation_id=holder.organisation_id, user_id=holder.id, api_key_id=None, address=address)
    id = new_id()
    found = events.blocked(
        sender, rules, rules, request_id=id, check_id=id, categories=[RiskCategory.MALWARE], once=once or str(id)
    )
    assert found is not None
    return found


async def raised(database: Database, *records: EventRecord) -> None:
    """Counts them, in one statement."""
    encoded = repository._encode(list(records)).decode()
    await database.call("SELECT raise_abuse(%s::jsonb)::text", (encoded,))


def subject(holder: Holder, kind: str = "user") -> dict[str, Any]:
    """What is known of somebody, with the time."""
    cursor = holder.connection.execute(
        "SELECT *, clock_timestamp() AS now FROM abuse_subjects WHERE kind = %s", (kind,)
    )
    assert cursor.description is not None
    row = cursor.fetchone()
    assert row is not None
    return dict(zip([column.name for column in cursor.description], row, strict=True))


def age(holder: Holder, seconds: float) -> None:
    """All that is known of scores becomes older."""
    for column in ("updated_at", "slowed_until", "paused_at", "paused_until", "alerted_at"):
        holder.connection.execute(
            f"UPDATE abuse_subjects SET {column} = {column} - %s",
            (timedelta(seconds=seconds),),  # type: ignore[arg-type]
        )


class Model:
    """What the rules say of one subject's score, step by step."""

    def __init__(self, rules: AbuseRules) -> None:
        self.rules = rules
        self.score = 0.0
        self.slowed = self.paused = 0.0
        self.pauses = 0
        self.alerted = False

    def passes(self, seconds: float) -> None:
        self.score = left(self.score, seconds, self.rules.half_life_seconds)
        self.slowed, self.paused = max(0.0, self.slowed - seconds), max(0.0, self.paused - seconds)

    def event(self) -> None:
        rules = self.rules
        if self.score < rules.slow_from and not self.paused:
            self.pauses, self.alerted = 0, False
        self.score += rules.blocked_points
        self.slowed = max(self.slowed, fades_in(self.score, rules.half_life_seconds, rules.slow_from))
        if self.score >= rules.pause_from and not self.paused:
            self.pauses += 1
            self.paused = min(rules.pause_seconds * 2 ** (self.pauses - 1), rules.longest_pause_seconds)
        self.alerted = self.alerted or self.score >= rules.alert_from or self.pauses >= rules.alert_pauses


histories = st.lists(st.tuples(st.sampled_from([0, 1, 600, 1000, 4000, 40_000]), st.integers(0, 4)), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    histories,
    st.sampled_from([AbuseRules(), AbuseRules(half_life_seconds=600, blocked_points=17.0, pause_seconds=120)]),
)
def test_postgresql_counts_as_the_rules_say(holder: Holder, history: list[tuple[int, int]], rules: AbuseRules) -> None:
    holder.connection.execute("DELETE FROM abuse_events")
    holder.connection.execute("DELETE FROM abuse_subjects")
    model = Model(rules)
    for seconds, times in history:
        age(holder, seconds)
        model.passes(seconds)
        for _ in range(times):
            document = repository._encode([event(holder, rules)]).decode()
            holder.connection.execute("SELECT raise_abuse(%s::jsonb)", (document,))
            model.event()
    if not any(times for _, times in history):
        return
    row = subject(holder)

    def remaining(column: str) -> float:
        return 0.0 if row[column] is None else max(0.0, (row[column] - row["now"]).total_seconds())

    passed = (row["now"] - row["updated_at"]).total_seconds()
    assert left(row["score"], passed, rules.half_life_seconds) == pytest.approx(model.score, rel=0.02, abs=0.1)
    assert remaining("slowed_until") == pytest.approx(model.slowed, abs=60)
    assert remaining("paused_until") == pytest.approx(model.paused, abs=20)
    assert (row["pauses"], row["alerted_at"] is not None) == (model.pauses, model.alerted)


async def test_no_points_are_lost_and_one_alert_is_raised_by_two_processes_at_once(
    database: Database, database_url: str, holder: Holder
) -> None:
    other = Database(database_url)
    await other.open()
    rules = structs.replace(RULES, half_life_seconds=2_592_000)
    await asyncio.gather(
        *(raised(place, event(holder, rules, address="a" * 64)) for _ in range(20) for place in (database, other))
    )
    row = subject(holder)
    assert row["score"] == pytest.approx(400, rel=0.001)
    assert row["pauses"] == 1
    assert len(await repository.unannounced(database) + await repository.unannounced(other)) == 1
    await other.close()


async def test_what_comes_twice_at_once_counts_once(database: Database, holder: Holder) -> None:
    same = event(holder, once="the same")
    await asyncio.gather(*(raised(database, same) for _ in range(8)))
    assert subject(holder)["score"] == pytest.approx(10, rel=0.001)


async def test_people_who_share_addresses_do_not_lock_each_other_out(database: Database, database_url: str) -> None:
    """Each statement has two people at two addresses, the other way round."""
    connection = psycopg.connect(database_url, autocommit=True)
    people = [Holder(connection) for _ in range(4)]
    jobs = []
    for number in range(24):
        first, second = people[number % 4], people[(number + 1 + number % 2) % 4]
        here, there = ("a" * 64, "b" * 64) if number % 2 else ("b" * 64, "a" * 64)
        jobs.append(raised(database, event(first, address=here), event(second, address=there)))
    async with asyncio.timeout(30):
        await asyncio.gather(*jobs)
    total = connection.execute("SELECT sum(score) FROM abuse_subjects WHERE kind = 'user'").fetchone()
    assert total is not None
    assert total[0] == pytest.approx(480, rel=0.01)


async def test_an_absurd_number_of_points_and_half_lives_overflow_nothing(database: Database, holder: Holder) -> None:
    rules = AbuseRules(blocked_points=1000.0, half_life_seconds=60, pause_seconds=60, longest_pause_seconds=2_592_000)
    for _ in range(3):
        await raised(database, *(event(holder, rules) for _ in range(50)))
        age(holder, 10**9)
    row = subject(holder)
    assert math.isfinite(row["score"])
    assert await repository.restrained(database) == []


class TestCosts:
    async def test_a_costly_request_counts_once_when_it_is_settled(self, database: Database, holder: Holder) -> None:
        record = holder.admission(wanted_tokens=1)
        await metering.admit(database, [record])
        sender = Sender(organisation_id=holder.organisation_id, user_id=holder.id, api_key_id=None, address=None)
        costly = events.costly(sender, RULES, request_id=record.request_id)
        settlement = structs.replace(holder.settlement(record.request_id, None), abuse=costly)
        first, again = [(await metering.settle(database, [settlement]))[record.request_id] for _ in range(2)]
        assert (first.settled, again.settled) == (True, False)
        assert subject(holder)["score"] == pytest.approx(RULES.costly_points, rel=0.001)
        assert holder.connection.execute("SELECT kind, category FROM abuse_events").fetchall() == [("costly", None)]

    async def test_one_that_somebody_else_settled_counts_nothing(self, database: Database, holder: Holder) -> None:
        nobody: UUID = new_id()
        sender = Sender(organisation_id=holder.organisation_id, user_id=holder.id, api_key_id=None, address=None)
        settlement = structs.replace(
            holder.settlement(nobody, None), abuse=events.costly(sender, RULES, request_id=nobody)
        )
        assert not (await metering.settle(database, [settlement]))[nobody].settled
        assert holder.connection.execute("SELECT 1 FROM abuse_subjects").fetchall() == []


class TestPurging:
    async def test_what_has_faded_goes_and_what_is_restrained_stays(self, database: Database, holder: Holder) -> None:
        await raised(database, event(holder))
        assert await repository.purge(database, 100) == 0
        holder.connection.execute(
            "UPDATE abuse_subjects SET updated_at = now() - interval '2 days', created_at = now() - interval '2 days'"
        )
        holder.connection.execute("UPDATE abuse_subjects SET paused_until = now() + interval '1 hour'")
        assert await repository.purge(database, 100) == 0
        holder.connection.execute("UPDATE abuse_subjects SET paused_until = now() - interval '1 hour'")
        holder.connection.execute("UPDATE abuse_events SET created_at = now() - interval '31 days'")
        assert await repository.purge(database, 100) == 2
