"""Writing what comes at the same time in one statement, and what becomes of records when that fails."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec import Struct

from backend.metering import batches
from backend.metering.batches import AT_ONCE, BATCH, Batches


class Note(Struct, frozen=True):
    request_id: UUID
    text: str = ""


def notes(count: int) -> list[Note]:
    return [Note(uuid4(), str(n)) for n in range(count)]


class Book:
    """A statement whose outcome the test decides; remembers what it was given."""

    def __init__(self) -> None:
        self.written: list[list[Note]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.faults: list[Exception] = []
        self.poison: dict[str, Exception] = {}
        self.at_once = self.most_at_once = 0

    async def write(self, records: list[Note]) -> dict[UUID, str]:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
            if self.faults:
                raise self.faults.pop(0)
            for record in records:
                if record.text in self.poison:
                    raise self.poison[record.text]
            self.written.append(records)
            return {record.request_id: record.text for record in records if record.text != "forgotten"}
        finally:
            self.at_once -= 1


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture(params=[True, False], ids=["persistent", "impatient"])
async def queue(request: pytest.FixtureRequest, book: Book) -> AsyncIterator[Batches[Note, str]]:
    made: Batches[Note, str] = Batches("test", book.write, persistent=request.param)
    yield made
    await made.close(1)


@pytest.fixture
def patient(book: Book, monkeypatch: pytest.MonkeyPatch) -> Batches[Note, str]:
    monkeypatch.setattr(batches, "FIRST_PAUSE", 0.001)
    return Batches("test", book.write, persistent=True)


@pytest.fixture
def impatient(book: Book) -> Batches[Note, str]:
    return Batches("test", book.write, persistent=False)


class TestTogether:
    async def test_alone_a_record_goes_at_once(self, queue: Batches[Note, str], book: Book) -> None:
        [note] = notes(1)
        assert await queue.submit(note) == "0"
        assert book.written == [[note]]
        assert len(queue) == 0

    async def test_what_comes_meanwhile_goes_together(self, queue: Batches[Note, str], book: Book) -> None:
        many = notes(3 * BATCH)
        book.open.clear()
        futures = [queue.submit(note) for note in many]
        assert len(queue) == len(many)
        book.open.set()
        assert await asyncio.gather(*futures) == [note.text for note in many]
        assert max(map(len, book.written)) == BATCH
        assert len(book.written) <= 4
        assert book.most_at_once <= AT_ONCE
        assert sorted(n.text for batch in book.written for n in batch) == sorted(n.text for n in many)

    async def test_each_gets_its_own_result(self, queue: Batches[Note, str], book: Book) -> None:
        many = notes(10)
        book.open.clear()
        futures = {note.text: queue.submit(note) for note in reversed(many)}
        book.open.set()
        for text, future in futures.items():
            assert await future == text

    async def test_the_same_request_twice_is_written_once_and_both_are_told(
        self, queue: Batches[Note, str], book: Book
    ) -> None:
        book.open.clear()
        early = [queue.submit(note) for note in notes(AT_ONCE)]
        await asyncio.sleep(0)
        [note] = notes(1)
        futures = [queue.submit(note), queue.submit(note)]
        book.open.set()
        assert await asyncio.gather(*futures) == ["0", "0"]
        await asyncio.gather(*early)
        assert [n for batch in book.written for n in batch].count(note) == 1

    async def test_nobody_has_to_wait_for_the_result(self, queue: Batches[Note, str], book: Book) -> None:
        first, second = notes(2)
        queue.submit(first).cancel()
        assert await queue.submit(second) == "1"
        assert first in [n for batch in book.written for n in batch]


class TestTrouble:
    @pytest.mark.parametrize(
        "fault",
        [
            psycopg.DataError("bad value"),
            psycopg.IntegrityError("twice"),
            ValueError("cannot be encoded"),
            KeyError("k"),
        ],
        ids=lambda fault: type(fault).__name__,
    )
    async def test_a_record_that_cannot_be_written_fails_alone(
        self, queue: Batches[Note, str], book: Book, fault: Exception
    ) -> None:
        many = notes(5)
        book.poison = {"2": fault}
        book.open.clear()
        futures = [queue.submit(note) for note in many]
        book.open.set()
        results = await asyncio.wait_for(asyncio.gather(*futures, return_exceptions=True), 5)
        assert [type(r) if isinstance(r, Exception) else r for r in results] == ["0", "1", type(fault), "3", "4"]
        assert len(queue) == 0

    async def test_a_result_that_is_missing_is_an_error_not_an_endless_wait(
        self, queue: Batches[Note, str], book: Book
    ) -> None:
        with pytest.raises(LookupError):
            await asyncio.wait_for(queue.submit(Note(uuid4(), "forgotten")), 5)

    async def test_after_any_failure_it_goes_on(self, queue: Batches[Note, str], book: Book) -> None:
        book.poison = {"0": ValueError("no")}
        bad, good = notes(2)
        with pytest.raises(ValueError, match="no"):
            await queue.submit(bad)
        assert await queue.submit(good) == "1"

    async def test_the_impatient_tell_at_once_that_the_database_is_away(
        self, impatient: Batches[Note, str], book: Book
    ) -> None:
        book.faults = [psycopg.OperationalError("gone")]
        first, second = notes(2)
        with pytest.raises(psycopg.OperationalError):
            await impatient.submit(first)
        assert await impatient.submit(second) == "1"
        assert len(impatient) == 0

    async def test_the_persistent_go_on_until_it_is_back(self, patient: Batches[Note, str], book: Book) -> None:
        book.faults = [psycopg.OperationalError("gone") for _ in range(4)]
        many = notes(3)
        results = await asyncio.wait_for(asyncio.gather(*(patient.submit(note) for note in many)), 5)
        assert results == ["0", "1", "2"]
        assert len(patient) == 0

    async def test_what_waits_is_counted_once(self, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "FIRST_PAUSE", 60)
        queue: Batches[Note, str] = Batches("test", book.write, persistent=True)
        book.faults = [psycopg.OperationalError("gone")] * AT_ONCE
        for note in notes(4):
            queue.submit(note)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(queue) == 4
        assert await queue.close(0) == 4


class TestClosing:
    async def test_what_waits_is_written_first(self, queue: Batches[Note, str], book: Book) -> None:
        many = notes(60)
        for note in many:
            queue.submit(note)
        assert await queue.close(5) == 0
        assert sum(map(len, book.written)) == 60

    async def test_what_cannot_be_written_in_time_is_counted(self, queue: Batches[Note, str], book: Book) -> None:
        book.open.clear()
        for note in notes(60):
            queue.submit(note)
        assert await queue.close(0.01) == 60

    async def test_nothing_to_do_takes_no_time(self, queue: Batches[Note, str]) -> None:
        assert await queue.close(60) == 0
