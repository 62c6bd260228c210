"""The API as uvicorn serves it. `python -m backend.asgi FD` serves on an inherited listening socket."""

import asyncio
import gc
import math
import socket
import sys
from collections.abc import Awaitable, Callable

import uvicorn
from litestar import Litestar

from backend.app import create_app
from backend.settings import Settings

CLOSING_SECONDS = 2
"""For interrupted streams to say so, after the drain."""


def app() -> Litestar:
    """For servers that want a factory: the application, with settings from the environment."""
    return create_app(Settings.load())


class DrainingServer(uvicorn.Server):
    """Lets answers drain as soon as it stops listening; uvicorn itself tells the application only after that."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _calm_garbage_collection()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        draining = asyncio.ensure_future(self._drain())
        await super().shutdown(sockets)
        await draining


def _calm_garbage_collection() -> None:
    """What a started process holds never becomes garbage, and requests make hardly any cycles: look less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT; open streams then get the drain time of the settings."""
    application = create_app(settings)
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds) + CLOSING_SECONDS,
    )
    DrainingServer(config, application.state.services.drain).run(sockets=[listener])


if __name__ == "__main__":
    serve(Settings.load(), socket.socket(fileno=int(sys.argv[1])))
