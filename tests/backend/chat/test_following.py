"""Following answers of other processes: one look for everybody, and nothing left over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from backend.chat import following, log_repository
from backend.chat.feed import Feed, Reader
from backend.chat.following import Followings
from backend.chat.log_repository import Known, LogRows
from backend.chat.recorder import Recorder
from backend.database import Database
from backend.metering.records import LogRecord
from backend.secrets import Secrets
from tests.backend.chat.test_answer_log import DONE, Answer
from tests.backend.metering.ledger import Holder
from tests.fixtures.api import Api, Person
from tests.fixtures.streams import CHAT


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def answer(database_url: str, database: Database) -> Any:
    """A way to begin answers."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield lambda: Answer(Holder(connection), database)


@pytest.fixture
async def followings(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Followings]:
    monkeypatch.setattr(following, "POLL_SECONDS", 0.01)
    made = Followings(database, Secrets(b"0" * 32))
    yield made
    await made.close()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many answers each look was for."""
    seen: list[int] = []
    look = log_repository.news

    async def counted(database: Database, known: list[Known]) -> dict[UUID, LogRows]:
        seen.append(len(known))
        return await look(database, known)

    monkeypatch.setattr(log_repository, "news", counted)
    return seen


async def whole(reader: Reader) -> bytes:
    return b"".join([frames async for frames in reader])


async def test_many_readers_of_several_answers_are_one_look(
    answer: Callable[[], Answer], followings: Followings, looks: list[int]
) -> None:
    answers = [answer() for _ in range(3)]
    reading = []
    for each in answers:
        each.feed.write("one ")
        await each.save("sure")
        for _ in range(20):
            feed = await followings.open(each.holder.id, each.request_id)
            assert feed is not None
            reading.append(asyncio.create_task(whole(feed.read())))
    opened = len(looks)
    assert len(followings) == 3
    for each in answers:
        each.feed.write("two")
        await each.end()
    texts = await asyncio.gather(*reading)
    assert all(b"two" in text and b"event: done" in text for text in texts)
    assert len(looks) > opened
    assert set(looks[opened:]) <= {1, 2, 3}
    assert len(followings) == 0
    async with asyncio.timeout(5):
        while followings._task is not None:  # noqa: ASYNC110 - it ends by itself
            await asyncio.sleep(0.01)


async def test_when_the_last_reader_leaves_nobody_looks_any_more(
    answer: Callable[[], Answer], followings: Followings
) -> None:
    one = answer()
    await one.save("sure")
    feed = await followings.open(one.holder.id, one.request_id)
    assert isinstance(feed, Feed)
    readers = [feed.read(), feed.read()]
    readers[0].leave()
    assert len(followings) == 1
    readers[1].leave()
    assert len(followings) == 0


async def test_a_reader_may_come_before_the_first_save(answer: Callable[[], Answer], followings: Followings) -> None:
    one = answer()
    opening = asyncio.create_task(followings.open(one.holder.id, one.request_id))
    await asyncio.sleep(0.05)
    assert not opening.done()
    await one.save("sure")
    assert await opening is not None


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
async def test_it_tells_nothing_to_others(answer: Callable[[], Answer], followings: Followings, whose: str) -> None:
    one = answer()
    await one.save("sure")
    request_id = uuid4() if whose == "nobody's" else one.request_id
    assert await followings.open(uuid4(), request_id) is None


async def test_an_end_that_nobody_wrote_is_said_all_the_same(
    answer: Callable[[], Answer], followings: Followings, database_url: str
) -> None:
    one = answer()
    one.feed.write("one ")
    await one.save("sure")
    feed = await followings.open(one.holder.id, one.request_id)
    assert feed is not None
    reading = asyncio.create_task(whole(feed.read()))
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM holds")
    assert b"event: failed" in await asyncio.wait_for(reading, 5)


async def test_an_answer_that_is_not_streamed_cannot_be_followed_elsewhere(
    api: Api, user: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LOG_SECONDS", 0.05)
    body = {"message": {"content": "hello"}, "stream": False}
    request_id = (await user.http.post(CHAT, json=body)).json()["request_id"]
    refused = await user.http.get(f"{CHAT}/{request_id}/events")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")


class TestRecorder:
    """One statement for all, again later what did not arrive."""

    class Running:
        """Stands where the process's generations stand."""

        def __init__(self, *answers: Answer) -> None:
            self.running = answers

    async def test_all_answers_go_in_one_statement_and_nothing_new_in_none(
        self, answer: Callable[[], Answer], database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written: list[int] = []
        save = log_repository.save

        async def counted(database: Database, records: list[LogRecord]) -> set[UUID]:
            written.append(len(records))
            return await save(database, records)

        monkeypatch.setattr(log_repository, "save", counted)
        answers = [answer() for _ in range(5)]
        recorder = Recorder(database, self.Running(*answers))  # type: ignore[arg-type]
        await recorder.save()
        await recorder.save()
        answers[0].feed.write("one")
        await recorder.save()
        assert written == [5, 1]

    async def test_one_that_cannot_be_saved_does_not_keep_the_others_from_it(
        self, answer: Callable[[], Answer], database: Database
    ) -> None:
        bad, good = answer(), answer()
        bad.feed.write("\0")
        good.feed.write("one")
        recorder = Recorder(database, self.Running(bad, good))  # type: ignore[arg-type]
        await recorder.save()
        await good.poll()
        assert good.remote is not None
        assert good.remote.feed.text == "one"
        good.feed.write(" two")
        await recorder.save()
        assert (bad.feed.saved.length, good.feed.saved.length) == (0, 7)

    async def test_what_was_said_while_the_database_was_away_is_saved_later(
        self, answer: Callable[[], Answer], database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one = answer()
        recorder = Recorder(database, self.Running(one))  # type: ignore[arg-type]
        one.feed.write("one ")

        async def away(*_: object) -> list[Any]:
            raise psycopg.OperationalError("away")

        with monkeypatch.context() as patched:
            patched.setattr(database, "call", away)
            await recorder.save()
        one.feed.write("two")
        await recorder.save()
        await one.end()
        await one.poll()
        assert one.remote is not None
        assert one.remote.feed.text == "one two"
        assert one.remote.log.events[-1].event == DONE
