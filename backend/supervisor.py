"""Starts programs, keeps them running and ends them in time.

A program that ends before it was ever ready would end again: everything stops, with the reason. One that was ready
and dies is started again, after half a second at first and at most half a minute; people are told either way.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from backend.running.errors import OperatorError

READY_SECONDS = 120
"""A cold start on a slow machine."""
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 60
"""Who lived this long is restarted without delay the next time."""
POLL_SECONDS = 0.05
LOG_BYTES = 50_000_000
LOG_CHECK_SECONDS = 60.0


class ChildFailed(OperatorError):
    """A program did not come up; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Program:
    """A Python module to run as a child process."""

    name: str
    """As people read it, e.g. `API`."""
    command: tuple[str, ...]
    """Module and arguments."""
    environment: Mapping[str, str]
    log: Path | None = None
    """A file, begun anew at the start; without one, our own output."""
    health: str | None = None
    """A URL that answers 200 once the program is ready; without one, running is being ready."""
    descriptors: tuple[int, ...] = ()
    """Listening sockets it inherits."""
    serves_others: bool = False
    """The other programs need it until they have ended."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: Process
    started: float = field(default_factory=time.monotonic)


class Supervisor:
    """The child processes of one command. `tell` says one sentence to the operator."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._children: list[_Child] = []
        self._stopping = False

    async def start(self, program: Program) -> None:
        """Starts a program and returns when it is ready. Raises `ChildFailed`."""
        if program.log is not None:
            rotate(program.log)
        child = _Child(program, await _spawn(program))
        self._children.append(child)
        ended = asyncio.create_task(child.process.wait())
        ready = asyncio.create_task(_ready(program))
        try:
            await asyncio.wait({ended, ready}, timeout=READY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise ChildFailed(f"The {program.name} {_how_ended(child.process)}: {_last_words(program)}")
            if not ready.done():
                raise ChildFailed(f"The {program.name} was not ready after {READY_SECONDS} s{_see(program)}.")
        finally:
            ended.cancel()
            ready.cancel()

    async def keep(self) -> None:
        """Keeps everything that was started running, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for child in self._children:
                tasks.create_task(self._keep(child))
            tasks.create_task(self._keep_logs_small())

    async def stop(self, seconds: float) -> None:
        """Asks all children to end, those that serve others at last; ends those that need longer than `seconds`."""
        self._stopping = True
        until = time.monotonic() + seconds
        for serves_others in (False, True):
            group = [child.process for child in self._children if child.program.serves_others is serves_others]
            await _end(group, until - time.monotonic())

    def kill(self) -> None:
        """Ends what is left, at once."""
        for child in self._children:
            if child.process.returncode is None:
                child.process.kill()

    async def _keep(self, child: _Child) -> None:
        delay = FIRST_DELAY
        while True:
            await child.process.wait()
            if self._stopping:
                return
            lived = time.monotonic() - child.started
            delay = FIRST_DELAY if lived > STEADY_SECONDS else delay
            self._tell(
                f"The {child.program.name} {_how_ended(child.process)}; it is started again in {delay:g} s"
                f"{_see(child.program)}."
            )
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
            child.process, child.started = await _spawn(child.program), time.monotonic()

    async def _keep_logs_small(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_SECONDS)
            for child in self._children:
                if child.program.log is not None:
                    await asyncio.to_thread(cut, child.program.log)


def cut(log: Path) -> None:
    """Begins a large log anew under its writer, who does not notice because it is open for appending."""
    with suppress(OSError):  # a full disk or a removed file is no reason to stop what runs
        if log.stat().st_size > LOG_BYTES:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def rotate(log: Path) -> None:
    """Begins a log anew and keeps the one before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


async def _spawn(program: Program) -> Process:
    with program.log.open("ab") if program.log is not None else nullcontext() as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "backend.running.child", *program.command),
            env=program.environment,
            stdin=PIPE,  # its end tells the child of ours
            stdout=log,
            stderr=log,
            pass_fds=program.descriptors,
            start_new_session=True,  # the terminal's Ctrl-C is for us
        )


async def _end(processes: list[Process], seconds: float) -> None:
    living = [process for process in processes if process.returncode is None]
    waits = [asyncio.create_task(process.wait()) for process in living]
    for process in living:
        process.terminate()
    if waits:
        await asyncio.wait(waits, timeout=max(seconds, 0.1))
    for process in living:
        if process.returncode is None:
            process.kill()
    await asyncio.gather(*waits)


async def _ready(program: Program) -> None:
    if program.health is None:
        return
    async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
        while not await answers(client, program.health):  # noqa: ASYNC110 the change is in another process
            await asyncio.sleep(POLL_SECONDS)


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    """Whether a GET of `url` gives 200."""
    try:
        return (await client.get(url)).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _how_ended(process: Process) -> str:
    code = process.returncode
    if code is not None and code < 0:
        return f"(process {process.pid}) was ended by {signal.Signals(-code).name}"
    return f"(process {process.pid}) ended with status {code}"


def _last_words(program: Program) -> str:
    if program.log is None:
        return "its reason stands above."
    lines = [line.strip() for line in program.log.read_text(errors="replace").splitlines() if line.strip()]
    return f"{lines[-1] if lines else 'it said nothing'}{_see(program)}"


def _see(program: Program) -> str:
    return "" if program.log is None else f" (see {program.log})"
