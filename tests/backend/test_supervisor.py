"""Children that start, die, come back and end: with real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from backend import supervisor as supervision
from backend.running.ports import free_port
from backend.running.settings import inherited
from backend.supervisor import ChildFailed, Program, Supervisor

HEALTHY = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
print("listening", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    time.sleep(float(sys.argv[2]))
    open(sys.argv[1], "w").write(str(time.monotonic_ns()))
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


class Told:
    """What the operator was told, and a way to wait for the next sentence."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self._news = asyncio.Event()

    def __call__(self, sentence: str) -> None:
        self.sentences.append(sentence)
        self._news.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.sentences) < count:
                self._news.clear()
                await self._news.wait()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def supervisor(told: Told) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(told)
    yield supervisor
    await supervisor.stop(0.1)


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    """Makes a program from source text."""

    def make(source: str, *arguments: str, name: str = "thing", **options: object) -> Program:
        module = f"{name}_{abs(hash(source))}"
        (tmp_path / f"{module}.py").write_text(source)
        path = os.pathsep.join([str(tmp_path), str(Path.cwd())])
        command = (module, *arguments)
        return Program(name, command, inherited(PYTHONPATH=path), tmp_path / f"{name}.log", **options)  # type: ignore[arg-type]

    return make


def healthy(program: Callable[..., Program]) -> Program:
    port = free_port()
    return program(HEALTHY, str(port), health=f"http://127.0.0.1:{port}/health")


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "backend.running.child" in child.cmdline()]


async def log_says(program: Program, words: str) -> None:
    assert program.log is not None
    async with asyncio.timeout(60):
        while words not in program.log.read_text():  # noqa: ASYNC110 another process writes it
            await asyncio.sleep(0.01)


async def test_a_program_that_ends_before_it_is_ready_is_told_with_its_last_words(
    supervisor: Supervisor, program: Callable[..., Program]
) -> None:
    broken = program("raise SystemExit('The setting X is wrong.')", health="http://127.0.0.1:1/health")
    with pytest.raises(ChildFailed, match=r"The thing .* ended with status 1: The setting X is wrong\. \(see .*log\)"):
        await supervisor.start(broken)


async def test_a_program_that_is_never_ready_is_told(
    supervisor: Supervisor, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "READY_SECONDS", 0.5)
    with pytest.raises(ChildFailed, match=r"The thing was not ready after 0\.5 s"):
        await supervisor.start(program(STUBBORN, health="http://127.0.0.1:1/health"))


async def test_start_returns_when_the_program_answers(
    supervisor: Supervisor, program: Callable[..., Program], told: Told
) -> None:
    await supervisor.start(healthy(program))
    assert len(children()) == 1
    assert told.sentences == []


async def test_the_log_before_is_kept_once(supervisor: Supervisor, program: Callable[..., Program]) -> None:
    wanted = healthy(program)
    assert wanted.log is not None
    wanted.log.write_text("an earlier run")
    await supervisor.start(wanted)
    await log_says(wanted, "listening")
    assert "an earlier run" not in wanted.log.read_text()
    assert wanted.log.with_suffix(".log.1").read_text() == "an earlier run"


async def test_a_killed_program_is_told_and_started_again(
    supervisor: Supervisor, program: Callable[..., Program], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_DELAY", 0.05)
    await supervisor.start(healthy(program))
    keeping = asyncio.create_task(supervisor.keep())
    [first] = children()
    first.kill()
    await told.until(1)
    assert "was ended by SIGKILL; it is started again in 0.05 s (see " in told.sentences[0]
    async with asyncio.timeout(60):
        while not (again := [child for child in children() if child.pid != first.pid]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert again[0].is_running()
    keeping.cancel()


async def test_restarts_wait_longer_and_longer_up_to_a_limit(
    supervisor: Supervisor, program: Callable[..., Program], told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(supervision, "LONGEST_DELAY", 0.02)
    await supervisor.start(program("raise SystemExit(7)"))
    keeping = asyncio.create_task(supervisor.keep())
    await told.until(3)
    assert [sentence.split(" again in ")[1].split(" s")[0] for sentence in told.sentences[:3]] == [
        "0.01",
        "0.02",
        "0.02",
    ]
    assert "ended with status 7" in told.sentences[0]
    keeping.cancel()


async def test_a_log_that_has_grown_large_is_begun_anew_without_its_writer_noticing(
    supervisor: Supervisor, program: Callable[..., Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "LOG_BYTES", 1000)
    monkeypatch.setattr(supervision, "LOG_CHECK_SECONDS", 0.05)
    talker = program("import time\nfor n in range(10**6): print(f'line {n}', flush=True); time.sleep(0.001)")
    assert talker.log is not None
    await supervisor.start(talker)
    keeping = asyncio.create_task(supervisor.keep())
    kept = talker.log.with_suffix(".log.1")
    async with asyncio.timeout(60):
        while not (kept.exists() and kept.read_text().startswith("line 0\n") is False and kept.stat().st_size > 0):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert b"\0" not in talker.log.read_bytes()
    assert talker.log.stat().st_size < 20_000
    keeping.cancel()


async def test_stop_ends_a_program_that_does_not_listen(
    supervisor: Supervisor, program: Callable[..., Program], told: Told
) -> None:
    deaf = program(STUBBORN)
    await supervisor.start(deaf)
    await log_says(deaf, "deaf")
    [child] = children()
    started = time.monotonic()
    await supervisor.stop(0.3)
    assert 0.3 <= time.monotonic() - started < 3
    assert not child.is_running()
    assert told.sentences == []


async def test_what_others_need_ends_last(
    supervisor: Supervisor, program: Callable[..., Program], tmp_path: Path
) -> None:
    needed = program(NOTES_ITS_END, str(tmp_path / "needed"), "0", name="needed", serves_others=True)
    needy = program(NOTES_ITS_END, str(tmp_path / "needy"), "0.3", name="needy")
    for one in (needed, needy):
        await supervisor.start(one)
        await log_says(one, "ready")
    await supervisor.stop(10)
    assert int((tmp_path / "needy").read_text()) < int((tmp_path / "needed").read_text())


async def test_stopping_twice_and_without_children_is_harmless(told: Told) -> None:
    supervisor = Supervisor(told)
    await supervisor.stop(1)
    await supervisor.stop(1)
    supervisor.kill()


PARENT = """
import asyncio, sys
from pathlib import Path
from backend.running.settings import inherited
from backend.supervisor import Program, Supervisor
async def main():
    folder = Path(sys.argv[1])
    await Supervisor(print).start(Program("x", ("orphan",), inherited(PYTHONPATH=str(folder)), folder / "x.log"))
    print("started", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@pytest.mark.parametrize("child", ["import time; print('up', flush=True); time.sleep(60)", STUBBORN])
def test_children_die_with_a_killed_parent(tmp_path: Path, child: str) -> None:
    (tmp_path / "orphan.py").write_text(child)
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "started\n"
        [orphan] = psutil.Process(parent.pid).children()
        while "up" not in (log := (tmp_path / "x.log").read_text()) and "deaf" not in log:
            pass
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 15
    while _lives(orphan):
        assert time.monotonic() < until, "the child outlived its parent"
        time.sleep(0.05)


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False
