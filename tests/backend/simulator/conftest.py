import asyncio
from collections.abc import AsyncIterator

import pytest

from backend.simulator.connection import Connection
from backend.simulator.site import Site
from backend.simulator.wheel import Wheel
from tests.backend.simulator.client import Client


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
async def client(site: Site) -> AsyncIterator[Client]:
    """A client of a simulator on a free port, in this very process."""
    loop = asyncio.get_running_loop()
    wheel = Wheel(loop)
    server = await loop.create_server(lambda: Connection(site, wheel), "127.0.0.1", 0)
    yield Client(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
