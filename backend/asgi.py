"""The API as uvicorn serves it. `python -m backend.asgi FD` serves on an inherited listening socket."""

import math
import socket
import sys

import uvicorn
from litestar import Litestar

from backend.app import create_app
from backend.settings import Settings


def app() -> Litestar:
    """For servers that want a factory: the application, with settings from the environment."""
    return create_app(Settings.load())


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serves until SIGTERM or SIGINT; open streams then get the drain time of the settings."""
    config = uvicorn.Config(
        create_app(settings),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds) + 1,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve(Settings.load(), socket.socket(fileno=int(sys.argv[1])))
