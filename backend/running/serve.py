"""`fairlead serve` with several API processes on one listening socket."""

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from backend.running.ports import base_url
from backend.running.settings import backend_environment
from backend.running.signals import until_told
from backend.running.together import together
from backend.settings import Settings
from backend.supervisor import Program, Supervisor

EXIT_SECONDS = 2.0
"""After the streams have been given their time."""


async def serve_with_workers(settings: Settings, listener: socket.socket, tell: Callable[[str], None]) -> None:
    """Serves until told to stop; the processes write to our own output. Raises `ChildFailed`."""
    supervisor = Supervisor(tell)
    program = api_program(settings, listener)

    async def work() -> None:
        await together(*(supervisor.start(program) for _ in range(settings.workers)))
        await supervisor.keep()

    try:
        await until_told(work(), again=supervisor.kill)
    finally:
        listener.close()
        await supervisor.stop(settings.drain_seconds + EXIT_SECONDS)


def api_program(settings: Settings, listener: socket.socket) -> Program:
    """One API process on an inherited socket."""
    descriptor = listener.fileno()
    environment = backend_environment(settings)
    if settings.workers > 1:
        environment["PROMETHEUS_MULTIPROC_DIR"] = str(_empty_folder(settings.data_dir.absolute() / "metrics"))
    return Program(
        "API",
        ("backend.asgi", str(descriptor)),
        environment,
        health=f"{base_url(settings.host, settings.api_port)}/health",
        descriptors=(descriptor,),
    )


def _empty_folder(folder: Path) -> Path:
    """Where the workers count together; what earlier ones counted is forgotten, as with any restart."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
