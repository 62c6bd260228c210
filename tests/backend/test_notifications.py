"""What processes tell each other, over a real PostgreSQL whose connections may be cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from backend import notifications
from backend.database import Database
from backend.notifications import CHANNEL, Notifier

PATIENCE = 20


class Ear:
    """One process's notifier and what it heard."""

    def __init__(self, database: Database) -> None:
        self.heard: list[tuple[str, str]] = []
        self.refreshed = 0
        self.fault: Exception | None = None
        self.notifier = Notifier(database, self._refresh)
        for kind in ("catalogue", "cancel"):
            self.notifier.on(kind, self._hear(kind))

    def _hear(self, kind: str) -> Callable[[str], None]:
        def hear(rest: str) -> None:
            if self.fault is not None:
                fault, self.fault = self.fault, None
                raise fault
            self.heard.append((kind, rest))

        return hear

    async def _refresh(self) -> None:
        self.refreshed += 1

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 the change comes from PostgreSQL
                await asyncio.sleep(0.01)


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    made = Database(empty_database_url)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def ear(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ear]:
    monkeypatch.setattr(notifications, "FIRST_PAUSE", 0.01)
    made = Ear(database)
    made.notifier.start()
    await made.until(lambda: made.refreshed == 1)
    yield made
    await made.notifier.close()


def say(url: str, payload: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))


async def test_everything_cached_is_refreshed_once_it_listens(ear: Ear) -> None:
    """What changed between the first reading and the LISTEN would be missed otherwise."""
    assert (ear.refreshed, ear.heard) == (1, [])


async def test_what_is_told_is_heard_by_all(database: Database, ear: Ear) -> None:
    other = Ear(database)
    other.notifier.start()
    await other.until(lambda: other.refreshed == 1)
    request_id = uuid4()
    say(database.url, f"cancel {request_id}")
    for each in (ear, other):
        await each.until(lambda each=each: bool(each.heard))  # type: ignore[misc]
        assert each.heard == [("cancel", str(request_id))]
    await other.notifier.close()


async def test_order_is_kept(database: Database, ear: Ear) -> None:
    ids = [UUID(int=n) for n in range(30)]
    for id in ids:
        say(database.url, f"cancel {id}")
    await ear.until(lambda: len(ear.heard) == len(ids))
    assert [rest for _, rest in ear.heard] == [str(id) for id in ids]


@pytest.mark.parametrize("payload", ["", " ", "unknown", "unknown x y", "x" * 7000, "cancelx 1", "é"])
async def test_what_is_not_understood_is_passed_over(database: Database, ear: Ear, payload: str) -> None:
    say(database.url, payload)
    say(database.url, "catalogue")
    await ear.until(lambda: bool(ear.heard))
    assert ear.heard == [("catalogue", "")]
    assert ear.refreshed == 1


async def test_a_handler_that_fails_does_not_deafen(database: Database, ear: Ear) -> None:
    ear.fault = ValueError("not an id")
    say(database.url, "cancel nonsense")
    await ear.until(lambda: ear.refreshed == 2)
    say(database.url, "catalogue")
    await ear.until(lambda: bool(ear.heard))
    assert ear.heard == [("catalogue", "")]


async def test_after_a_cut_connection_it_listens_again_and_refreshes(database: Database, ear: Ear) -> None:
    for cut in range(1, 4):
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                " AND datname = current_database()"
            )
        await ear.until(lambda cut=cut: ear.refreshed == 1 + cut)  # type: ignore[misc]
        say(database.url, f"cancel {cut}")
        await ear.until(lambda cut=cut: ("cancel", str(cut)) in ear.heard)  # type: ignore[misc]


async def test_a_refresh_that_fails_is_tried_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "FIRST_PAUSE", 0.01)
    tries: list[int] = []
    done = asyncio.Event()

    async def refresh() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise psycopg.OperationalError("not yet")
        done.set()

    notifier = Notifier(database, refresh)
    notifier.start()
    await asyncio.wait_for(done.wait(), PATIENCE)
    await notifier.close()


async def test_closing_ends_it_at_once_also_while_the_database_is_away() -> None:
    away = Notifier(Database("postgresql://nobody@127.0.0.1:1/nothing"), lambda: asyncio.sleep(0))
    away.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await away.close()
        await Notifier(Database("postgresql://nobody@127.0.0.1:1/nothing"), lambda: asyncio.sleep(0)).close()
