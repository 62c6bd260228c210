"""`python -m backend.simulator`: the simulator as a process of its own."""

import argparse
import asyncio
import sys
from collections.abc import Callable

from backend.simulator.pace import Pace
from backend.simulator.server import serve


def main() -> None:
    """Read the arguments and serve; a port in use is one sentence and status 1."""
    parser = argparse.ArgumentParser(prog="python -m backend.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--parent-pid", type=int, help="end when this process is gone")
    parser.add_argument("--first-ms", type=float, help="time to the first token of all named models")
    parser.add_argument("--spacing-ms", type=float, help="time between their tokens")
    arguments = parser.parse_args()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(serve(arguments.host, arguments.port, parent_pid=arguments.parent_pid, pace=_pace(arguments)))
    except OSError as error:
        sys.exit(f"The simulator cannot listen on {arguments.host}:{arguments.port}: {error.strerror}.")


def _pace(arguments: argparse.Namespace) -> Pace | None:
    if arguments.first_ms is None and arguments.spacing_ms is None:
        return None
    usual = Pace()
    first = usual.first_ms if arguments.first_ms is None else arguments.first_ms
    spacing = usual.spacing_ms if arguments.spacing_ms is None else arguments.spacing_ms
    return Pace(first_ms=first, spacing_ms=spacing, jitter=0)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists, which is not on Windows."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


if __name__ == "__main__":
    main()
