"""`fairlead up` for real: everything it starts, every way it ends, and what the next start finds."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from backend.embedded_postgres import EmbeddedPostgres
from backend.running.ports import free_port
from backend.running.postmaster import serving
from backend.running.settings import inherited

STOP_SECONDS = 10
"""Five on a machine that has nothing else to do; tests run beside others."""
PATIENCE_SECONDS = 60
pytestmark = pytest.mark.timeout(300)
EMPTY = ("DATABASE_URL", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GROQ_API_KEY")


class Run:
    """One `fairlead up` as a process."""

    def __init__(self, data_dir: Path, ports: tuple[int, int], flags: tuple[str, ...]) -> None:
        self.ports = ports
        self.api, self.web = (f"http://127.0.0.1:{port}" for port in ports)
        api, web = map(str, ports)
        command = ["up", "--data-dir", str(data_dir), "--api-port", api, "--ui-port", web, *flags]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=inherited(**dict.fromkeys(EMPTY, "")),
        )
        self.said = ""

    def until(self, words: str) -> str:
        """What it said up to a line with these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                return self.said
        raise AssertionError(f"It ended without saying {words!r}, after: {self.said}")

    def child(self, module: str) -> psutil.Process:
        return next(c for c in psutil.Process(self.process.pid).children() if module in c.cmdline())

    def end(self, number: int) -> float:
        """Sends a signal; gives the seconds until the end."""
        started = time.monotonic()
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.said += out
        return time.monotonic() - started


@pytest.fixture
def start(reachable_dir: Path) -> Iterator[Callable[..., Run]]:
    """Starts `fairlead up` on one data folder; whatever is left of it is ended after the test."""
    runs: list[Run] = []

    def start(*flags: str, ports: tuple[int, int] | None = None) -> Run:
        runs.append(Run(reachable_dir / "data", ports or (free_port(), free_port()), flags))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.communicate()
    if serving((reachable_dir / "data" / "postgres" / "cluster").resolve()):
        with EmbeddedPostgres(reachable_dir / "data" / "postgres"):
            pass


def eventually(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def status(url: str) -> int | str:
    """Of a GET; a word if there is no answer."""
    try:
        return httpx.get(url, trust_env=False, timeout=30).status_code
    except httpx.HTTPError as error:
        return type(error).__name__


def answers(url: str) -> bool:
    return status(url) == 200


def signs_in(run: Run, email: str, password: str) -> bool:
    body = {"email": email, "password": password}
    return httpx.post(f"{run.api}/v1/auth/login", json=body, trust_env=False).status_code == 200


def test_everything_starts_says_where_and_ends_in_order_and_a_second_start_finds_the_data(
    start: Callable[..., Run], reachable_dir: Path
) -> None:
    first = start()
    first.until("lets them in again")
    email, password = re.findall(r"(?:Email|Password)\s+(\S+)", first.said)
    assert first.web in first.said
    assert first.api in first.said
    assert "Replies are simulated" in first.said
    assert status(f"{first.web}/_stcore/health") == 200
    assert status(f"{first.api}/health/ready") == 200
    assert signs_in(first, email, password)
    started = psutil.Process(first.process.pid).children(recursive=True)
    assert len(started) >= 4
    assert first.end(signal.SIGINT) < STOP_SECONDS
    assert first.process.returncode == 0
    assert not any(map(lives, started))

    second = start("--no-ui", "--workers", "2")
    second.until("Ctrl-C stops everything")
    assert signs_in(second, email, password)
    assert status(f"{second.web}/_stcore/health") == "ConnectError"
    assert {"api-1.log", "api-2.log"} <= {log.name for log in (reachable_dir / "data" / "logs").iterdir()}
    assert second.end(signal.SIGTERM) < STOP_SECONDS
    assert "Password" not in second.said


def test_a_killed_run_leaves_nothing_that_blocks_the_next_one(start: Callable[..., Run], reachable_dir: Path) -> None:
    first = start()
    first.until("Ctrl-C stops everything")
    children = psutil.Process(first.process.pid).children()
    first.end(signal.SIGKILL)
    second = start(ports=first.ports)
    second.until("Ctrl-C stops everything")
    assert status(f"{second.api}/health/ready") == 200
    assert status(f"{second.web}/_stcore/health") == 200
    postgres = serving(reachable_dir / "data" / "postgres" / "cluster")
    assert postgres is not None
    assert postgres.pid in {child.pid for child in children}, "the server was not adopted"
    others = [child for child in children if child.pid != postgres.pid]
    eventually(lambda: not any(map(lives, others)), "orphans stayed")
    assert second.end(signal.SIGTERM) < STOP_SECONDS


def test_what_dies_is_told_and_comes_back(start: Callable[..., Run], reachable_dir: Path) -> None:
    run = start("--no-ui")
    run.until("Ctrl-C stops everything")
    run.child("backend.asgi").kill()
    run.until("The API (process ")
    eventually(lambda: answers(f"{run.api}/health/ready"), "the API stayed away")
    postgres = serving(reachable_dir / "data" / "postgres" / "cluster")
    assert postgres is not None
    psutil.Process(postgres.pid).kill()
    run.until("The database ended; it is started again")
    eventually(lambda: answers(f"{run.api}/health/ready"), "the database stayed away")
    assert run.end(signal.SIGTERM) < STOP_SECONDS


def test_a_second_run_on_the_same_data_is_refused_in_one_sentence(start: Callable[..., Run]) -> None:
    first = start("--no-ui")
    first.until("Ctrl-C stops everything")
    second = start("--no-ui")
    out, _ = second.process.communicate(timeout=PATIENCE_SECONDS)
    assert second.process.returncode == 1
    assert re.fullmatch(r"fairlead: Another Fairlead \(process \d+\) uses \S+\.\n", out)
    assert status(f"{first.api}/health/ready") == 200
    assert first.end(signal.SIGTERM) < STOP_SECONDS


def test_the_first_administrator_is_told_even_when_the_start_fails_later(
    start: Callable[..., Run], reachable_dir: Path
) -> None:
    logs = reachable_dir / "data" / "logs"
    logs.mkdir(parents=True)
    (logs / "api.log").mkdir()
    (logs / "api.log.1").write_text("in the way of the folder above")
    run = start("--no-ui")
    out, _ = run.process.communicate(timeout=PATIENCE_SECONDS)
    assert run.process.returncode == 1
    assert "Password" in out
    assert out.splitlines()[-1].startswith("fairlead: ")
