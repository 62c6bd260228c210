from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from backend.database import Database
from tests.backend.accounts.house import House
from tests.fixtures.databases import settings_for

Houses = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def houses(database_url: str, simulator_url: str) -> Houses:
    """Makes houses with settings of their own; several of them are several processes on one database."""

    @asynccontextmanager
    async def make(**overrides: object) -> AsyncIterator[House]:
        settings = settings_for(database_url, **({"signup": "open", "simulator_url": simulator_url} | overrides))
        database = Database(database_url)
        await database.open()
        house = House(settings, database)
        await house.catalogue.refresh()
        try:
            yield house
        finally:
            await house.accounts.close()
            await database.close()

    return make


@pytest.fixture
async def house(houses: Houses) -> AsyncIterator[House]:
    """A house where sign-up is open."""
    async with houses() as house:
        yield house
