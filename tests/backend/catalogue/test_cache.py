"""The snapshot every process decides with."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from backend.catalogue import cache as module
from backend.catalogue.cache import CatalogueCache
from backend.catalogue.snapshot import Catalogue
from backend.database import Database
from backend.errors import Unavailable
from backend.secrets import load_secrets
from backend.settings import Settings


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = Database(str(settings.database_url))
    yield opened
    await opened.close()


@pytest.fixture
def cache(database: Database, settings: Settings) -> CatalogueCache:
    return CatalogueCache(database, load_secrets(settings), settings)


def run(settings: Settings, statement: str) -> None:
    with psycopg.connect(str(settings.database_url), autocommit=True) as connection:
        connection.execute(statement)


def test_before_the_first_reading_there_is_no_catalogue(cache: CatalogueCache) -> None:
    with pytest.raises(Unavailable):
        cache.current  # noqa: B018


async def test_a_change_is_seen_by_the_next_refresh_and_raises_the_version(
    cache: CatalogueCache, settings: Settings
) -> None:
    before = await cache.refresh()
    run(settings, "UPDATE models SET active = true WHERE name = 'gpt-5-mini'")
    assert cache.current is before
    after = await cache.refresh()
    assert after.version > before.version
    assert [model.name for model in after.models if model.active and model not in before.models] == ["gpt-5-mini"]


async def test_nobody_is_served_by_a_reading_that_began_before_they_asked(
    cache: CatalogueCache, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, waiting, go_on = module.load_catalogue, asyncio.Event(), asyncio.Event()
    readings = 0

    async def slow(*args: object) -> Catalogue:
        nonlocal readings
        readings += 1
        found = await read(*args)
        waiting.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(module, "load_catalogue", slow)
    first = asyncio.create_task(cache.refresh())
    await waiting.wait()
    run(settings, "UPDATE models SET active = true WHERE name = 'gpt-5-mini'")
    others = [asyncio.create_task(cache.refresh()) for _ in range(20)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(first, *others)
    assert readings == 2
    mini = cache.current.model("gpt-5-mini")
    assert mini is not None
    assert mini.active


async def test_an_older_reading_never_replaces_a_newer_one(
    cache: CatalogueCache, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await cache.refresh()
    run(settings, "UPDATE plans SET name = 'Novice' WHERE slug = 'starter'")
    new = await cache.refresh()

    async def late(*_: object) -> Catalogue:
        return old

    monkeypatch.setattr(module, "load_catalogue", late)
    assert await cache.refresh() is new


async def test_a_cancelled_refresh_leaves_the_others_served(cache: CatalogueCache) -> None:
    tasks = [asyncio.create_task(cache.refresh()) for _ in range(5)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError)
    assert all(isinstance(answer, Catalogue) for answer in done[1:])


async def test_without_the_database_the_snapshot_stays(
    cache: CatalogueCache, database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await cache.refresh()

    async def away(*_: object) -> Catalogue:
        raise psycopg.OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(module, "load_catalogue", away)
        with pytest.raises(psycopg.OperationalError):
            await cache.refresh()
    assert cache.current is before
    assert (await cache.refresh()).version == before.version
