"""The providers' tests run in both loops: uvloop serves, asyncio's own is what other systems have."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
import uvloop

from backend.providers.engine import ProviderClient
from backend.providers.transport import trusted_roots


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Every asynchronous test here runs once in each."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def roots() -> ssl.SSLContext:
    """The usual certificate authorities, loaded once."""
    return trusted_roots()


@pytest.fixture
async def client(roots: ssl.SSLContext) -> AsyncIterator[ProviderClient]:
    """A client that has started, closed at the end."""
    async with ProviderClient(tls=roots) as client:
        yield client
