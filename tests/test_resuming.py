"""Two real processes: what one writes, the other tells, whatever becomes of the first one or of the database."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.bootstrap import prepare
from backend.chat.feed import START
from backend.database import migrate
from backend.embedded_postgres import EmbeddedPostgres
from backend.services import Services
from shared.accounts import UserRole
from shared.errors import ErrorBody, ErrorCode
from shared.events import ChatEvent, Delta, Done, EventId, Received, Restart, decode
from shared.messages import FinishReason
from tests.fixtures.api import sign_in_somebody
from tests.fixtures.books import books_balance, holds
from tests.fixtures.databases import settings_for
from tests.fixtures.models import add_model, lift_limits
from tests.fixtures.processes import Served, serving, settings_of
from tests.fixtures.streams import CHAT

pytestmark = pytest.mark.timeout(300)
BRIEF, SHORT, LONG = "sim-bench-20-25", "sim-bench-120-25", "sim-bench-300-25"
"""Streams of half a second, of three, and of seven and a half."""
LEASE = "2"


class Pair(NamedTuple):
    """Two processes on one database, and somebody who asks at both."""

    url: str
    writer: Served
    other: Served
    here: httpx.AsyncClient
    there: httpx.AsyncClient
    person: UUID


class Reading:
    """An answer as somebody sees it, read in the background."""

    def __init__(self, http: httpx.AsyncClient, method: str, path: str, after: EventId = START, **more: Any) -> None:
        self.request_id = ""
        self.text, self.last = "", after
        self.events: list[ChatEvent] = []
        self.at = 0.0
        self.begun, self._grown = asyncio.Event(), asyncio.Event()
        self._reading = asyncio.create_task(self._read(http, method, path, **more))

    async def _read(self, http: httpx.AsyncClient, method: str, path: str, **more: Any) -> None:
        block: list[str] = []
        headers = more.pop("headers", {}) | ({"last-event-id": str(self.last)} if self.last != START else {})
        async with http.stream(method, path, headers=headers, **more) as response:
            assert response.status_code == 200, await response.aread()
            self.request_id = response.headers["x-request-id"]
            self.begun.set()
            async for line in response.aiter_lines():
                block.append(line)
                if not line:
                    for received in decode(block):
                        self._see(received)
                    block = []

    def _see(self, received: Received) -> None:
        if isinstance(received.event, Restart):
            self.text = ""
        if isinstance(received.event, Delta):
            self.text += received.event.text
        assert received.id is not None
        self.last, self.at = received.id, time.monotonic()
        self.events.append(received.event)
        self._grown.set()

    async def grew(self, characters: int) -> None:
        """Returns once there is so much text."""
        async with asyncio.timeout(30):
            while len(self.text) < characters:
                self._grown.clear()
                await self._grown.wait()

    async def end(self) -> ChatEvent:
        """The last event."""
        async with asyncio.timeout(60):
            await self._reading
        return self.events[-1]

    async def leave(self) -> None:
        """Goes away, or notices that the other side has."""
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
            await self._reading


def ask(http: httpx.AsyncClient, model: str = SHORT, **headers: str) -> Reading:
    return Reading(http, "POST", CHAT, json={"message": {"content": "hello"}, "model": model}, headers=headers)


def follow(http: httpx.AsyncClient, first: Reading, after: EventId = START) -> Reading:
    return Reading(http, "GET", f"{CHAT}/{first.request_id}/events", after)


@contextlib.asynccontextmanager
async def running(url: str, simulator_url: str, folder: Path) -> AsyncIterator[Pair]:
    """Both processes with short leases."""
    settings = settings_of(url, simulator_url, FAIRLEAD_LEASE_SECONDS=LEASE)
    with serving(folder / "writer", settings) as writer, serving(folder / "other", settings) as other:
        writer.wait_until_ready()
        other.wait_until_ready()
        async with (
            _client(url, writer) as (person, here),
            httpx.AsyncClient(base_url=other.url, headers=here.headers, timeout=60) as there,
        ):
            await there.get("/v1/auth/me")
            yield Pair(url, writer, other, here, there, person)


@contextlib.asynccontextmanager
async def _client(url: str, process: Served) -> AsyncIterator[tuple[UUID, httpx.AsyncClient]]:
    services = Services(settings_for(url))
    id, _, token = await sign_in_somebody(services, role=UserRole.USER, plan="team")
    await services.database.engine.dispose()
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=process.url, headers=headers, timeout=60) as http:
        await http.get("/v1/auth/me")
        yield id, http


@pytest.fixture
async def pair(database_url: str, simulator_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    lift_limits(database_url)
    for model in (BRIEF, SHORT, LONG, "sim-fault-silent"):
        add_model(database_url, model)
    async with running(database_url, simulator_url, tmp_path) as both:
        yield both


@pytest.fixture
def postgres(reachable_dir: Path, simulator_url: str) -> Iterator[EmbeddedPostgres]:
    """A database server of the test's own, to be stopped and started."""
    with EmbeddedPostgres(reachable_dir / "postgres") as server:
        migrate(server.url)
        asyncio.run(prepare(settings_for(server.url, simulator_url=simulator_url)))
        lift_limits(server.url)
        add_model(server.url, LONG)
        yield server


async def test_an_answer_is_told_elsewhere_as_it_is_written_and_after(pair: Pair) -> None:
    first = ask(pair.here)
    await first.grew(60)
    place, seen = first.last, first.text
    whole, rest, again = follow(pair.there, first), follow(pair.there, first, place), follow(pair.here, first, place)
    await whole.grew(len(seen) + 1)
    assert not isinstance(first.events[-1], Done), "it is told while it is written"
    for reading in (first, whole, rest, again):
        assert isinstance(await reading.end(), Done)
    assert whole.text == first.text
    assert seen + rest.text == seen + again.text == first.text
    assert [type(event) for event in whole.events[:3]] == [type(event) for event in first.events[:3]]

    for after, missed in ((START, first.text), (place, first.text[len(seen) :]), (first.last, "")):
        later = follow(pair.there, first, after)
        assert isinstance(await later.end(), Done)
        assert later.text == missed
    with psycopg.connect(pair.url) as connection:
        stored = connection.execute("SELECT content FROM messages WHERE role = 'assistant'").fetchone()
    assert stored == (first.text,)
    await books_balance(pair.url)


async def test_only_its_owner_may_follow_it_and_only_for_a_while(pair: Pair) -> None:
    first = ask(pair.here)
    await first.grew(1)
    async with _client(pair.url, pair.other) as (_, stranger):
        assert (await stranger.get(f"{CHAT}/{first.request_id}/events")).status_code == 404
        await first.end()
        assert (await stranger.get(f"{CHAT}/{first.request_id}/events")).status_code == 404
    with psycopg.connect(pair.url, autocommit=True) as connection:
        connection.execute("DELETE FROM answer_logs")
    refused = await pair.there.get(f"{CHAT}/{first.request_id}/events")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")


async def test_a_repeated_prompt_joins_the_stream_of_the_first(pair: Pair) -> None:
    first = ask(pair.here, **{"idempotency-key": "k"})
    await first.grew(60)
    joined = ask(pair.there, **{"idempotency-key": "k"})
    await joined.grew(1)
    assert not isinstance(first.events[-1], Done)
    for reading in (first, joined):
        assert isinstance(await reading.end(), Done)
    assert (joined.request_id, joined.text) == (first.request_id, first.text)
    with psycopg.connect(pair.url, autocommit=True) as connection:
        connection.execute("DELETE FROM answer_logs")
    replayed = ask(pair.there, **{"idempotency-key": "k"})
    assert isinstance(await replayed.end(), Done)
    assert (replayed.request_id, replayed.text) == (first.request_id, first.text)
    assert (await pair.here.get("/api/usage")).json()["total"]["calls"] == 1


async def test_a_killed_process_leaves_what_it_saved_and_its_readers_hear_the_end(pair: Pair) -> None:
    first = ask(pair.here, LONG)
    await first.grew(120)
    elsewhere = follow(pair.there, first)
    await elsewhere.grew(60)
    pair.writer.process.send_signal(signal.SIGKILL)
    await first.leave()
    comes_back = follow(pair.there, first, first.last)
    for reading in (elsewhere, comes_back):
        last = await reading.end()
        assert isinstance(last, ErrorBody)
        assert (last.code, last.retryable, last.request_id) == (ErrorCode.INTERRUPTED, True, first.request_id)
    assert first.text.startswith(elsewhere.text)
    assert comes_back.text == ""
    assert len(first.text) - len(elsewhere.text) < 120, "at most what was said in half a second is lost"
    later = follow(pair.there, first)
    assert await later.end() == elsewhere.events[-1]
    assert later.text == elsewhere.text
    with psycopg.connect(pair.url) as connection:
        stored = connection.execute("SELECT content, state, failure FROM messages WHERE role = 'assistant'").fetchone()
        account = connection.execute(
            "SELECT balance, held, active FROM credit_accounts WHERE user_id = %s", (pair.person,)
        ).fetchone()
    assert stored == (elsewhere.text, "interrupted", "interrupted")
    assert account == (20_000, 0, 0)
    await books_balance(pair.url)


async def test_a_process_that_is_told_to_end_finishes_what_it_can_and_says_what_it_cannot(pair: Pair) -> None:
    long = ask(pair.here, LONG)
    await long.grew(60)
    elsewhere = follow(pair.there, long)
    await elsewhere.grew(30)
    short = ask(pair.here, BRIEF)
    await short.grew(1)
    pair.writer.process.send_signal(signal.SIGTERM)
    told = time.monotonic()
    assert isinstance(await short.end(), Done)
    last, there = await long.end(), await elsewhere.end()
    assert isinstance(last, ErrorBody)
    assert (last.code, last.retryable) == (ErrorCode.INTERRUPTED, True)
    assert 0.9 < long.at - told < 3, "it had its drain time"
    assert there == last
    assert elsewhere.text == long.text
    await asyncio.to_thread(pair.writer.process.wait, 20)
    later = follow(pair.there, long)
    assert (await later.end(), later.text) == (last, long.text)
    with psycopg.connect(pair.url) as connection:
        states = connection.execute(
            "SELECT content, state FROM messages WHERE role = 'assistant' ORDER BY state"
        ).fetchall()
    assert states == [(short.text, "complete"), (long.text, "interrupted")]
    assert await holds(pair.url) == 0
    await books_balance(pair.url)


async def test_followers_of_a_process_that_ends_go_on_elsewhere(pair: Pair) -> None:
    first = ask(pair.here)
    await first.grew(60)
    elsewhere = follow(pair.there, first)
    await elsewhere.grew(30)
    pair.other.process.send_signal(signal.SIGTERM)
    assert not isinstance(await elsewhere.end(), Done | ErrorBody)
    rest = follow(pair.here, first, elsewhere.last)
    assert isinstance(await rest.end(), Done)
    await first.end()
    assert elsewhere.text + rest.text == first.text


@pytest.mark.parametrize("model", [LONG, "sim-fault-silent"])
async def test_a_stop_elsewhere_takes_a_tenth_of_a_second(pair: Pair, model: str) -> None:
    """The best of three: the machine may be busy with other things."""
    taken = []
    for _ in range(3):
        first = ask(pair.here, model)
        await first.begun.wait()
        stopped = time.monotonic()
        answer = await pair.there.post(f"{CHAT}/{first.request_id}/cancel")
        assert answer.json()["state"] == "cancelling"
        last = await first.end()
        assert isinstance(last, Done)
        assert last.finish_reason is FinishReason.CANCELLED
        taken.append(first.at - stopped)
    assert min(taken) < 0.1, taken
    await books_balance(pair.url)


async def test_an_answer_is_followed_across_a_restart_of_the_database(
    postgres: EmbeddedPostgres, simulator_url: str, tmp_path: Path
) -> None:
    url = postgres.url
    async with running(url, simulator_url, tmp_path) as pair:
        first = ask(pair.here, LONG)
        await first.grew(60)
        elsewhere = follow(pair.there, first)
        await elsewhere.grew(30)
        await asyncio.to_thread(postgres.stop, "immediate")
        without = len(first.text)
        await first.grew(without + 20)
        await asyncio.to_thread(postgres.start)
        for reading in (first, elsewhere):
            assert isinstance(await reading.end(), Done)
        assert elsewhere.text == first.text
        later = follow(pair.there, first)
        assert isinstance(await later.end(), Done)
        assert later.text == first.text
        await books_balance(url)
