"""Processes of ours that are measured or measured against: started here, ended here."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.bench.machine import OTHER_CORE, pin

END_SECONDS = 10


class Server(NamedTuple):
    """Something that listens. `pid` is None when it is not ours."""

    host: str
    port: int
    pid: int | None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{self.host}:{self.port}"

    @classmethod
    def at(cls, url: str) -> "Server":
        """The one at `url`, such as `http://127.0.0.1:9000`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None or parts.path not in {"", "/"}:
            raise ValueError(f"{url} is not an address like http://127.0.0.1:9000.")
        return cls(parts.hostname, parts.port or 80, None)


@contextmanager
def running(
    command: list[str], core: int, environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A Python module as a process on one core, ended in order at the end and with us, however we end.

    Its output goes to `log` or to a pipe.
    """
    with ExitStack() as stack:
        output = stack.enter_context(log.open("w")) if log is not None else None
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.running.child", *command],
            stdin=subprocess.PIPE,
            stdout=output or subprocess.PIPE,
            stderr=output,
            text=True,
            env=environment,
        )
    try:
        pin(process.pid, core)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def database() -> Iterator[str]:
    """The URL of an empty PostgreSQL, removed at the end. Raises RuntimeError when it does not start."""
    with running(["tests.fixtures.postgres_keeper", str(os.getpid())], OTHER_CORE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("The database did not start.")
        yield url


@contextmanager
def simulator() -> Iterator[Server]:
    """The simulator, on the core where the load is made. Raises RuntimeError when it does not start."""
    with running(["backend.simulator"], OTHER_CORE) as process:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        if not line.startswith("simulator listening on "):
            raise RuntimeError(f"The simulator did not start; it said {line!r}.")
        yield Server.at(line.rpartition(" ")[2])._replace(pid=process.pid)
