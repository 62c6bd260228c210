"""Listening, and ending."""

import asyncio
import signal
import sys

from backend.simulator.connection import Connection
from backend.simulator.pace import Pace
from backend.simulator.parent import end_with
from backend.simulator.site import Site
from backend.simulator.wheel import Wheel

BACKLOG = 4096


async def serve(host: str, port: int, *, parent_pid: int | None = None, pace: Pace | None = None) -> None:
    """Answer on `host` and `port` (0: any free one) until SIGTERM, SIGINT or the parent's end.

    Prints the address on one line once it can be reached. Raises OSError when it cannot listen there.
    """
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if parent_pid is not None:
        end_with(parent_pid, loop, ended.set)
    raise_file_limit()
    site, wheel = Site(pace), Wheel(loop)
    server = await loop.create_server(lambda: Connection(site, wheel), host, port, backlog=BACKLOG)
    bound = server.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"simulator listening on http://{shown}:{bound}\n")
    sys.stdout.flush()
    await ended.wait()
    server.close()


def raise_file_limit() -> None:
    """Allow as many open connections as the system lets us; where there is no such limit, nothing."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
