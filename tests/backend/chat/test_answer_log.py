"""What is saved of an answer, in a real database, and what readers of any process make of it."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.chat import log_repository as repository
from backend.chat.answer_log import AnswerLog, assembled, last_news, news
from backend.chat.feed import START, Feed, Placed, Reader
from backend.chat.following import EMPTY, Followed
from backend.chat.order import Order
from backend.database import Database
from backend.metering.records import LogRecord
from shared.chat import RouteView
from shared.events import Accepted, ChatEvent, Delta, Done, EventId, Restart, decode
from shared.messages import FinishReason
from tests.backend.metering.ledger import Connection, Holder

ACCEPTED = Accepted(request_id=UUID(int=1), conversation_id=None, message_id=None)
DONE = Done(finish_reason=FinishReason.STOP, model="m", latency_ms=1, first_token_ms=1)


def route(attempt: int) -> RouteView:
    return RouteView(assistant="General", model="m", reasons=[], attempt=attempt, max_tokens=10)


class Screen:
    """What somebody sees who reads one feed after another, and may lose the end of what was sent."""

    def __init__(self, feed: Feed) -> None:
        self.text, self.last = "", START
        self.events: list[ChatEvent] = []
        self._attach(feed)

    def _attach(self, feed: Feed) -> None:
        self._reader = feed.read(self.last)
        self._raw = b""
        self._reading = asyncio.create_task(self._read(self._reader))

    async def _read(self, reader: Reader) -> None:
        async for frames in reader:
            self._raw += frames

    async def move(self, feed: Feed, lost: int) -> None:
        """Leaves, without the last events, and reads on at another feed."""
        await self.see(lost)
        self._reading.cancel()
        self._reader.leave()
        self._attach(feed)

    async def see(self, lost: int = 0) -> None:
        """Shows what has arrived."""
        for _ in range(3):
            await asyncio.sleep(0)
        arrived, self._raw = list(decode([*self._raw.decode().split("\n"), ""])), b""
        for received in arrived[: len(arrived) - lost] if lost else arrived:
            assert received.id is not None
            if isinstance(received.event, Restart):
                self.text = ""
            if isinstance(received.event, Delta):
                self.text += received.event.text
            self.events.append(received.event)
            self.last = received.id


class Answer:
    """A feed, its log in the database, and the process that follows it."""

    def __init__(self, holder: Holder, database: Database) -> None:
        self.holder, self.database = holder, database
        self.request_id, _ = holder.admit(wanted_tokens=1)
        self.order = cast(
            "Order",
            SimpleNamespace(
                organisation_id=holder.organisation_id, request_id=self.request_id, user_id=holder.id, streamed=True
            ),
        )
        self.feed = Feed()
        self.feed.say(ACCEPTED)
        self.attempts = 1
        self.feed.attempt(1)
        self.feed.say(route(1))
        self.remote: Followed | None = None
        self.late: list[LogRecord] = []

    async def save(self, outcome: str) -> None:
        """`unsure`: it arrives, but nobody knows; `late`: the same, some time later."""
        said = news(self.order, self.feed)
        if said is None or outcome == "lost":
            return
        if outcome == "late":
            self.late.append(said[0])
            return
        await repository.save(self.database, [said[0]])
        if outcome == "sure":
            self.feed.saved = said[1]

    async def arrive(self) -> None:
        """What was under way arrives."""
        if self.late:
            await repository.save(self.database, [self.late.pop(0)])

    async def poll(self) -> None:
        """The other process looks."""
        known = self.remote.known(self.request_id) if self.remote else repository.Known(self.request_id)
        rows = (await repository.news(self.database, [known]))[self.request_id]
        if rows.logged:
            self.remote = self.remote or Followed(EMPTY, Feed(lags=True))
            if not self.remote.feed.closed:
                self.remote.take(self.request_id, rows)

    def somewhere(self, *, remote: bool) -> Feed:
        """One of the two feeds, as far as there is one."""
        return self.remote.feed if remote and self.remote else self.feed

    def again(self) -> None:
        """Another attempt, which begins anew what has been written."""
        self.attempts += 1
        self.feed.attempt(self.attempts)
        self.feed.say(route(self.attempts))
        if self.feed.length:
            self.feed.restart(self.attempts, "It broke off.")

    async def end(self) -> None:
        """Settlement, with the last words; then they are said."""
        record = self.holder.settlement(self.request_id, 1)
        last = last_news(self.order, self.feed, [DONE])
        self.holder.connection.execute(
            "SELECT * FROM settle_requests(%s::jsonb)",
            (repository._encode([{**_fields(record), "log": last}]).decode(),),
        )
        self.feed.say(DONE)
        self.feed.close()


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}  # type: ignore[attr-defined]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as made:
        yield made


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as one:
        yield one


@pytest.fixture
def database(database_url: str, runner: asyncio.Runner) -> Iterator[Database]:
    made = Database(database_url)
    runner.run(made.open())
    yield made
    runner.run(made.close())


WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=9)
MOVES = st.tuples(st.booleans(), st.sampled_from([0, 0, 0, 1, 3]))
STEPS = st.tuples(
    st.sampled_from([*3 * ["write", "save", "poll", "move", "arrive"], "again"]),
    WORDS,
    st.sampled_from(["sure", "sure", "unsure", "late", "late", "lost"]),
    MOVES,
)
Step = tuple[str, str, str, tuple[bool, int]]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(STEPS, min_size=8, max_size=40), moves=st.lists(MOVES, max_size=3))
def test_whoever_reads_wherever_sees_the_same_text(
    connection: Connection,
    database: Database,
    runner: asyncio.Runner,
    script: list[Step],
    moves: list[tuple[bool, int]],
) -> None:
    """However often they change the process, and whatever is lost between it and the database."""

    async def run() -> None:
        answer = Answer(Holder(connection, 10_000), database)
        restless, steady = Screen(answer.feed), Screen(answer.feed)
        for step, text, outcome, (remote, lost) in script:
            match step:
                case "write":
                    answer.feed.write(text)
                case "again":
                    answer.again()
                case "save":
                    await answer.save(outcome)
                case "arrive":
                    await answer.arrive()
                case "poll":
                    await answer.poll()
                case "move":
                    await restless.move(answer.somewhere(remote=remote), lost)
        await answer.end()
        while answer.late:
            await answer.arrive()
        await answer.poll()
        assert answer.remote is not None
        for remote, lost in moves:
            await restless.move(answer.somewhere(remote=remote), lost)
        afterwards = Screen(answer.remote.feed)
        for screen in (restless, steady, afterwards):
            await screen.see()
            assert screen.text == answer.feed.text
            assert screen.events[-1] == DONE
        fresh = Followed(EMPTY, Feed(lags=True))
        rows = await repository.news(database, [repository.Known(answer.request_id)])
        fresh.take(answer.request_id, rows[answer.request_id])
        assert fresh.feed.text == answer.feed.text
        assert fresh.feed.closed

    runner.run(run())


class TestSaving:
    def test_nothing_new_is_no_statement(self, connection: Connection, database: Database) -> None:
        answer = Answer(Holder(connection), database)
        said = news(answer.order, answer.feed)
        assert said is not None
        answer.feed.saved = said[1]
        assert news(answer.order, answer.feed) is None

    async def test_only_what_is_new_is_written(self, connection: Connection, database_url: str) -> None:
        answer = Answer(Holder(connection), await _open(database_url))
        answer.feed.write("one ")
        await answer.save("sure")
        answer.feed.write("two")
        said = news(answer.order, answer.feed)
        assert said is not None
        assert (said[0].events, said[0].start, said[0].text) == ([], 4, "two")
        await answer.database.close()

    async def test_what_arrives_late_changes_nothing(self, connection: Connection, database_url: str) -> None:
        answer = Answer(Holder(connection), await _open(database_url))
        answer.feed.write("one ")
        await answer.save("late")
        answer.feed.say(route(2))
        answer.feed.write("two")
        await answer.save("sure")
        await answer.arrive()
        answer.feed.write(" three")
        await answer.save("sure")
        await answer.poll()
        assert answer.remote is not None
        assert answer.remote.feed.text == "one two three"
        assert len(answer.remote.log.events) == 3
        await answer.database.close()

    async def test_without_a_hold_nothing_is_saved(self, connection: Connection, database_url: str) -> None:
        """Such as after another process has settled it."""
        answer = Answer(Holder(connection), await _open(database_url))
        answer.holder.settle(answer.request_id, None)
        answer.feed.write("one")
        said = news(answer.order, answer.feed)
        assert said is not None
        assert await repository.save(answer.database, [said[0]]) == set()
        assert connection.execute("SELECT count(*) FROM answer_logs").fetchone() == (0,)
        await answer.database.close()

    async def test_an_ended_log_is_left_alone(self, connection: Connection, database_url: str) -> None:
        answer = Answer(Holder(connection), await _open(database_url))
        answer.feed.write("one")
        await answer.save("sure")
        answer.feed.write(" two")
        too_late = news(answer.order, answer.feed)
        await answer.end()
        assert too_late is not None
        await repository.save(answer.database, [too_late[0]])
        rows = (await repository.news(answer.database, [repository.Known(answer.request_id)]))[answer.request_id]
        log = assembled(EMPTY, rows.events, rows.parts)
        assert (log.ended, log.text, log.events[-1].event) == (True, "one two", DONE)
        await answer.database.close()

    async def test_it_is_forgotten_a_quarter_of_an_hour_after_its_end(
        self, connection: Connection, database_url: str
    ) -> None:
        database = await _open(database_url)
        running, ended = Answer(Holder(connection), database), Answer(Holder(connection), database)
        for answer in (running, ended):
            answer.feed.write("one")
            await answer.save("sure")
        await ended.end()
        await repository.purge(database)
        assert _logs(connection) == {running.request_id, ended.request_id}
        connection.execute("UPDATE answer_logs SET updated_at = updated_at - interval '15 minutes'")
        await repository.purge(database)
        assert _logs(connection) == {running.request_id}
        assert connection.execute("SELECT count(*) FROM answer_parts").fetchone() == (1,)
        await database.close()


class TestReading:
    def test_what_stands_after_the_end_does_not_count(self) -> None:
        events = [Placed(EventId(1, 0), ACCEPTED), Placed(EventId(1, 3), DONE)]
        assert assembled(EMPTY, events, [(1, 0, "one"), (1, 3, " two")]).text == "one"

    def test_a_part_that_was_written_again_longer_is_told_once(self) -> None:
        before = AnswerLog([Placed(EventId(1, 0), ACCEPTED)], 1, "one t")
        assert assembled(before, [], [(1, 0, "one two"), (1, 7, "!")]).text == "one two!"

    def test_a_new_edition_is_a_new_text(self) -> None:
        before = AnswerLog([Placed(EventId(1, 0), ACCEPTED)], 1, "one")
        restart = [*before.events, Placed(EventId(2, 0), Restart(reason="It broke off."))]
        assert assembled(before, restart, [(1, 3, " two")]) == AnswerLog(restart, 2, "")
        assert assembled(before, restart, [(1, 3, " two"), (2, 0, "new")]) == AnswerLog(restart, 2, "new")


def test_a_lost_answer_ends_where_it_was_saved(
    connection: Connection, database: Database, runner: asyncio.Runner
) -> None:
    async def run() -> None:
        answer = Answer(Holder(connection), database)
        answer.feed.write("void")
        await answer.save("sure")
        answer.again()
        answer.feed.write("one ")
        await answer.save("sure")
        answer.feed.write("two")
        await answer.save("sure")
        ahead = Screen(answer.feed)
        answer.feed.write(" and three")
        await ahead.see()
        saved = connection.execute(
            "SELECT end_lost_answer(%s, %s, %s, %s::jsonb)",
            (
                answer.holder.organisation_id,
                answer.request_id,
                answer.holder.id,
                '{"code": "interrupted", "message": "It is gone.", "retryable": true}',
            ),
        ).fetchone()
        assert saved == ("one two",)
        await answer.poll()
        assert answer.remote is not None
        assert answer.remote.feed.closed
        assert answer.remote.feed.text == "one two"
        await ahead.move(answer.remote.feed, 0)
        await ahead.see()
        assert ahead.text == "one two and three"
        assert ahead.events[-1] == answer.remote.log.events[-1].event

    runner.run(run())


async def _open(url: str) -> Database:
    database = Database(url)
    await database.open()
    return database


def _logs(connection: Connection) -> set[UUID]:
    return {row[0] for row in connection.execute("SELECT request_id FROM answer_logs").fetchall()}
