"""Connections: whole units of work, readings that change nothing, and statements that survive a lost connection."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text

from backend import database as module
from backend.database import Database, libpq_url, migrate, schema_state, sqlalchemy_url

NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:1/nothing"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await made.open()
    yield made
    await made.close()


async def names(database: Database) -> list[str]:
    return [row[0] for row in await database.call("SELECT name FROM organisations WHERE name LIKE 'test%%'", ())]


INSERT = text("INSERT INTO organisations (name, personal) VALUES ('test', false)")


async def fail_half_way(database: Database) -> None:
    async with database.unit_of_work() as session:
        await session.exec(INSERT)
        raise RuntimeError("half-way")


class TestUnitsOfWork:
    async def test_are_kept_whole(self, database: Database) -> None:
        async with database.unit_of_work() as session:
            await session.exec(INSERT)
        assert await names(database) == ["test"]

    async def test_are_thrown_away_whole_when_anything_goes_wrong(self, database: Database) -> None:
        with pytest.raises(RuntimeError, match="half-way"):
            await fail_half_way(database)
        assert await names(database) == []

    async def test_a_reading_keeps_nothing(self, database: Database) -> None:
        async with database.reading() as session:
            await session.exec(INSERT)
        assert await names(database) == []

    async def test_connections_come_back_to_the_pool(self, database: Database) -> None:
        for _ in range(40):
            with pytest.raises(RuntimeError):
                await fail_half_way(database)
        async with database.reading() as session:
            assert (await session.exec(text("SELECT 1"))).one() == (1,)


class TestHotStatements:
    async def test_are_run_again_after_a_cut_connection(self, database: Database, database_url: str) -> None:
        for _ in range(3):
            with psycopg.connect(database_url, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid()"
                )
            assert await database.call("SELECT 1", ()) == [(1,)]

    async def test_give_up_after_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
        away = Database(NOWHERE)
        with pytest.raises(psycopg.OperationalError) as refused:
            await away.call("SELECT 1", ())
        assert "hunter2" not in str(refused.value)

    async def test_a_wrong_one_is_not_repeated(self, database: Database) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await database.call("SELECT 1 / 0", ())


async def test_the_migrations_of_this_version_are_told_from_others(empty_database_url: str) -> None:
    migrate(empty_database_url)
    database = Database(empty_database_url)
    await database.open()
    assert await schema_state(database)
    await database.call("UPDATE alembic_version SET version_num = 'x' RETURNING 1", ())
    assert not await schema_state(database)
    await database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:p%40ss@db.example:5432/x?host=/tmp/y",
        "postgresql://me:p%40ss@db.example:5432/x?host=/tmp/y",
        "postgresql+psycopg://me:p%40ss@db.example:5432/x?host=/tmp/y",
    ],
)
def test_an_address_is_worded_for_each_library(url: str) -> None:
    assert libpq_url(url).startswith("postgresql://me:p%40ss@db.example:5432/x?host=")
    assert sqlalchemy_url(url).startswith("postgresql+psycopg://me:p%40ss@db.example:5432/x?host=")
