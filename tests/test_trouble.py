"""The database goes, the process is killed, a setting is wrong: one sentence, or recovery without a restart."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.bootstrap import prepare
from backend.database import migrate
from backend.embedded_postgres import EmbeddedPostgres
from backend.metering.jobs import settle_orphans
from backend.services import Services
from shared.accounts import UserRole
from shared.errors import ErrorBody
from shared.events import ChatEvent, Delta, Done, Received, decode
from tests.fixtures.api import Api, sign_in_somebody
from tests.fixtures.books import books_balance, holds
from tests.fixtures.databases import SECRET_KEY, settings_for
from tests.fixtures.models import add_model, lift_limits
from tests.fixtures.processes import Served, clean_environment, serving, settings_of
from tests.fixtures.streams import CHAT

pytestmark = pytest.mark.timeout(300)
PATIENCE = 30.0
SHORT, LONG = "sim-bench-40-25", "sim-bench-300-25"
"""Streams of one second, and of seven and a half."""


class TestAtTheStart:
    """`fairlead serve` says what is wrong in one sentence and ends."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Callable[..., tuple[int, str]]:
        def run(*arguments: str, **settings: str) -> tuple[int, str]:
            ended = subprocess.run(
                [sys.executable, "-m", "backend.cli", "serve", *arguments],
                cwd=tmp_path,
                env=clean_environment(**settings),
                capture_output=True,
                text=True,
                timeout=60,
            )
            return ended.returncode, ended.stdout + ended.stderr

        return run

    @pytest.fixture
    def closed_port(self) -> Iterator[int]:
        """A port at which nobody answers."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            yield int(taken.getsockname()[1])

    def test_a_database_that_is_down(self, run: Callable[..., tuple[int, str]], closed_port: int) -> None:
        url = f"postgresql://me:hunter2@127.0.0.1:{closed_port}/fairlead"
        status, said = run(DATABASE_URL=url, FAIRLEAD_SECRET_KEY=SECRET_KEY, FAIRLEAD_API_PORT="1")
        assert status != 0
        assert is_one_sentence(said)

    def test_a_database_that_is_down_with_a_free_port(
        self, run: Callable[..., tuple[int, str]], closed_port: int
    ) -> None:
        url = f"postgresql://me:hunter2@127.0.0.1:{closed_port}/fairlead"
        status, said = run("--api-port", str(free()), DATABASE_URL=url, FAIRLEAD_SECRET_KEY=SECRET_KEY)
        assert status != 0
        assert is_one_sentence(said)
        assert "database" in said.lower()
        assert "hunter2" not in said

    def test_a_database_without_tables(self, run: Callable[..., tuple[int, str]], empty_database_url: str) -> None:
        status, said = run("--api-port", str(free()), DATABASE_URL=empty_database_url, FAIRLEAD_SECRET_KEY=SECRET_KEY)
        assert status != 0
        assert is_one_sentence(said)
        assert "fairlead migrate" in said

    def test_a_port_in_use(self, run: Callable[..., tuple[int, str]], database_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            status, said = run("--api-port", port, DATABASE_URL=database_url, FAIRLEAD_SECRET_KEY=SECRET_KEY)
        assert status != 0
        assert is_one_sentence(said)
        assert port in said

    @pytest.mark.parametrize(
        ("settings", "named"),
        [
            ({"FAIRLEAD_WORKERS": "many"}, "FAIRLEAD_WORKERS"),
            ({"DATABASE_URL": "postgresql://x/y"}, "FAIRLEAD_SECRET_KEY"),
            ({"FAIRLEAD_SECRET_KEY": "short"}, "FAIRLEAD_SECRET_KEY"),
            ({"FAIRLEAD_HOST": "0.0.0.0"}, "FAIRLEAD_ADMIN_PASSWORD"),
        ],
    )
    def test_a_wrong_setting(self, run: Callable[..., tuple[int, str]], settings: dict[str, str], named: str) -> None:
        status, said = run(**settings)
        assert status != 0
        assert is_one_sentence(said)
        assert named in said


def is_one_sentence(said: str) -> bool:
    return re.fullmatch(r"fairlead: [^\n]+\.\n", said) is not None


def free() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Person:
    """Somebody signed in at a process of their own."""

    def __init__(self, process: Served, id: UUID, token: str) -> None:
        self.id = id
        self.process = process
        self.http = httpx.AsyncClient(
            base_url=process.url, headers={"authorization": f"Bearer {token}"}, timeout=PATIENCE
        )


@pytest.fixture
def postgres(reachable_dir: Path, simulator_url: str) -> Iterator[EmbeddedPostgres]:
    """A database server of the test's own, prepared, to be stopped and started; as durable as in production."""
    with EmbeddedPostgres(reachable_dir / "postgres") as server:
        migrate(server.url)
        asyncio.run(prepare(settings_for(server.url, simulator_url=simulator_url)))
        lift_limits(server.url)
        for model in (SHORT, LONG):
            add_model(server.url, model)
        yield server


@pytest.fixture
def process(postgres: EmbeddedPostgres, simulator_url: str, tmp_path: Path) -> Iterator[Served]:
    """`fairlead serve` on that server."""
    with serving(tmp_path, settings_of(postgres.url, simulator_url)) as served:
        served.wait_until_ready()
        yield served


@asynccontextmanager
async def somebody(process: Served, url: str) -> AsyncIterator[Person]:
    """A person with credits, who asks at this process."""
    services = Services(settings_for(url))
    id, _, token = await sign_in_somebody(services, role=UserRole.ADMIN, plan="team")
    await services.database.engine.dispose()
    person = Person(process, id, token)
    async with person.http:
        await person.http.get("/v1/auth/me")
        yield person


class Stream:
    """A streamed answer that is read in the background."""

    def __init__(self, person: Person, model: str) -> None:
        self.request_id = ""
        self.begun = asyncio.Event()
        self.events: list[ChatEvent] = []
        self._reading = asyncio.create_task(self._read(person, model))

    async def _read(self, person: Person, model: str) -> None:
        body = {"message": {"content": "hello"}, "model": model}
        block: list[str] = []
        async with person.http.stream("POST", CHAT, json=body) as response:
            assert response.status_code == 200, await response.aread()
            self.request_id = response.headers["x-request-id"]
            async for line in response.aiter_lines():
                block.append(line)
                if not line:
                    found: list[Received] = list(decode(block))
                    self.events += [received.event for received in found]
                    block = []
                    if any(isinstance(event, Delta) for event in self.events):
                        self.begun.set()

    async def end(self) -> ChatEvent:
        """The last event."""
        await asyncio.wait_for(self._reading, 60)
        return self.events[-1]

    async def began(self) -> None:
        """Returns once there is text."""
        await asyncio.wait_for(self.begun.wait(), PATIENCE)


async def until(what: str, holds_true: Callable[[], object]) -> None:
    """Waits for another process to come round. Raises `AssertionError` naming `what` when it does not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = holds_true()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"in {PATIENCE} s: {what}")


def in_background(work: Callable[[], object]) -> threading.Thread:
    """Starts blocking work beside the event loop."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_of_the_database_needs_none_of_ours(
    postgres: EmbeddedPostgres, process: Served, mode: Literal["fast", "immediate"]
) -> None:
    """`immediate` is a crash: PostgreSQL drops everybody and recovers at the next start."""
    url = postgres.url
    async with somebody(process, url) as person:
        ends_meanwhile, outlives_it = Stream(person, SHORT), Stream(person, LONG)
        await ends_meanwhile.began()
        await outlives_it.began()

        await asyncio.to_thread(postgres.stop, mode)
        refused, listed, stranger, alive, ready = await asyncio.gather(
            person.http.post(CHAT, json={"message": {"content": "hi"}, "stream": False}),
            person.http.get("/api/conversations"),
            person.http.get("/v1/auth/me", headers={"authorization": "Bearer fls_" + "x" * 43}),
            person.http.get("/health"),
            person.http.get("/health/ready"),
        )
        assert (alive.status_code, ready.status_code) == (200, 503)
        for response in (refused, listed, stranger):
            error = response.json()["error"]
            assert (response.status_code, error["code"], error["retryable"]) == (503, "unavailable", True)
            assert int(response.headers["retry-after"]) >= 1
        waiting = asyncio.create_task(person.http.get("/api/conversations"))
        await asyncio.to_thread(postgres.start)
        assert postgres.url == url

        for stream in (ends_meanwhile, outlives_it):
            assert isinstance(await stream.end(), Done)
        assert (await waiting).status_code in (200, 503)
        await until("it is ready again", lambda: _ready(person))
        answer = await person.http.post(CHAT, json={"message": {"content": "and now?"}, "stream": False})
        assert answer.status_code == 200, answer.text
        await until("every request is settled", lambda: _none_held(url))
        with psycopg.connect(url) as connection:
            settled = connection.execute(
                "SELECT request_id::text, count(*), sum(charged) FROM cost_records GROUP BY 1"
            ).fetchall()
            ids = {ends_meanwhile.request_id, outlives_it.request_id, answer.json()["request_id"]}
            assert {request_id for request_id, _, _ in settled} == ids
            assert {count for _, count, _ in settled} == {1}
            states = connection.execute("SELECT DISTINCT state FROM messages").fetchall()
            assert states == [("complete",)]
        await books_balance(url)
        spent = sum((charged for _, _, charged in settled), Decimal(0))
        assert Decimal((await person.http.get("/v1/auth/me")).json()["balance"]) == 20_000 - spent
    assert process.process.poll() is None
    assert '"event":"bug"' not in process.log


async def test_what_changes_after_a_restart_is_heard_again(postgres: EmbeddedPostgres, process: Served) -> None:
    async with somebody(process, postgres.url) as person:
        await asyncio.to_thread(postgres.stop, "immediate")
        with psycopg.connect(await asyncio.to_thread(postgres.start), autocommit=True) as connection:
            connection.execute(
                "UPDATE models SET display_name = 'Changed while nobody listened' WHERE name = %s", (SHORT,)
            )
        await until("it reads what it missed", lambda: _shows(person, "Changed while nobody listened"))
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("UPDATE models SET display_name = 'Changed later' WHERE name = %s", (SHORT,))
        await until("it listens again", lambda: _shows(person, "Changed later"))


async def test_a_connection_that_is_cut_is_made_again_without_anybody_noticing(
    postgres: EmbeddedPostgres, process: Served
) -> None:
    async with somebody(process, postgres.url) as person:
        for _ in range(3):
            with psycopg.connect(postgres.url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND backend_type = 'client backend'"
                )
            answer = await person.http.post(CHAT, json={"message": {"content": "hi"}, "stream": False})
            assert answer.status_code == 200, answer.text
            assert (await person.http.get("/v1/auth/me")).status_code == 200
        await until("every request is settled", lambda: _none_held(postgres.url))
        await books_balance(postgres.url)


async def test_a_killed_process_leaves_a_hold_that_another_one_releases(
    api: Api, simulator_url: str, tmp_path: Path
) -> None:
    url = str(api.services.settings.database_url)
    lift_limits(url)
    add_model(url, LONG)
    with serving(tmp_path, settings_of(url, simulator_url)) as process:
        process.wait_until_ready()
        async with somebody(process, url) as person:
            stream = Stream(person, LONG)
            await stream.began()
            process.process.send_signal(signal.SIGKILL)
            with pytest.raises(httpx.RemoteProtocolError):
                await stream.end()
        assert await holds(url) == 1
        await settle_orphans(api.services)
        assert await holds(url) == 1, "the lease has not run out yet"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE holds SET lease_until = clock_timestamp() - interval '2 hours'")
        await settle_orphans(api.services)
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT state, failure FROM messages WHERE role = 'assistant'").fetchone()
            account = connection.execute(
                "SELECT balance, held, active FROM credit_accounts WHERE user_id = %s", (person.id,)
            ).fetchone()
    assert row == ("interrupted", "interrupted")
    assert account == (20_000, 0, 0)
    await books_balance(url)


async def test_a_process_that_is_told_to_end_says_so_in_its_streams_and_owes_nothing(
    api: Api, simulator_url: str, tmp_path: Path
) -> None:
    url = str(api.services.settings.database_url)
    lift_limits(url)
    add_model(url, LONG)
    with serving(tmp_path, settings_of(url, simulator_url)) as process:
        process.wait_until_ready()
        async with somebody(process, url) as person:
            stream = Stream(person, LONG)
            await stream.began()
            ending = in_background(process.stop)
            last = await stream.end()
            ending.join(PATIENCE)
    assert isinstance(last, ErrorBody)
    assert (last.code, last.retryable) == ("interrupted", True)
    assert await holds(url) == 0
    await books_balance(url)


async def _ready(person: Person) -> bool:
    return (await person.http.get("/health/ready")).status_code == 200


async def _none_held(url: str) -> bool:
    return await holds(url) == 0


async def _shows(person: Person, name: str) -> bool:
    return name in (await person.http.get("/api/ai/models")).text
