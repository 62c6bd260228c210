"""Circuits that processes share: told, heard, probed by exactly one, and closed again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.notifications import Notifier
from backend.providers import circuit_keeper, repository
from backend.providers.circuit_book import CircuitBook, Permit
from backend.providers.circuit_keeper import DATABASE_AWAY, CircuitKeeper
from backend.providers.circuits import IN_A_ROW, CircuitState, Finding, What
from backend.providers.engine import ProviderClient
from backend.providers.errors import AuthRejected, ServerFault
from backend.running.ports import free_port
from backend.secrets import load_secrets
from backend.settings import Settings
from tests.fixtures.upstream import Upstream, add_provider, eventually, upstream


class Process:
    """What one process has of it."""

    def __init__(self, settings: Settings, database_url: str | None = None) -> None:
        self.database = Database(database_url or str(settings.database_url))
        self.catalogue = CatalogueCache(Database(str(settings.database_url)), load_secrets(settings), settings)
        self.client = ProviderClient()
        self.book = CircuitBook()
        self.keeper = CircuitKeeper(self.database, self.catalogue, self.client, self.book)
        self.notifier = Notifier(self.database, self.keeper.refresh)
        self.notifier.on("circuit", self.keeper.heard)

    async def fail(self, endpoint_id: UUID) -> None:
        """As many calls fail as open a circuit, and everybody is told."""
        for _ in range(IN_A_ROW):
            self.book.failed(endpoint_id, ServerFault())
        await eventually(lambda: not self.book.owed)

    async def close(self) -> None:
        await self.keeper.close()
        await self.notifier.close()
        await self.client.close()
        await self.database.close()
        await self.catalogue._database.close()


Begin = Callable[[], Awaitable[Process]]


@pytest.fixture
async def server() -> AsyncIterator[Upstream]:
    async with upstream() as it:
        yield it


@pytest.fixture
def endpoint(settings: Settings, server: Upstream) -> UUID:
    run(settings, "UPDATE model_providers SET status = 'disabled'")
    [endpoint_id] = add_provider(str(settings.database_url), "house", server.base_url)
    return endpoint_id


@pytest.fixture
async def begin(settings: Settings, endpoint: UUID, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Begin]:
    monkeypatch.setattr(circuit_keeper, "SECOND_LOOK", 0)
    async with AsyncExitStack() as stack:

        async def one() -> Process:
            process = Process(settings)
            stack.push_async_callback(process.close)
            await process.database.open()
            await process.catalogue.refresh()
            await process.client.start()
            process.notifier.start()
            return process

        yield one


def run(settings: Settings, statement: str, *parameters: object) -> list[dict[str, Any]]:
    with psycopg.connect(str(settings.database_url), autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def cool_down_ends(settings: Settings) -> None:
    run(settings, "UPDATE endpoint_circuits SET retry_at = now() WHERE state <> 'closed'")


def circuit(settings: Settings) -> dict[str, Any]:
    [row] = run(settings, "SELECT * FROM endpoint_circuits")
    return row


def idle(_: UUID) -> bool:
    return False


async def test_what_one_process_finds_the_others_know(begin: Begin, endpoint: UUID) -> None:
    one, other = await begin(), await begin()
    await one.fail(endpoint)
    await eventually(lambda: other.book.take(endpoint) is None)
    assert other.book.circuit(endpoint) == one.book.circuit(endpoint)
    late = await begin()
    await late.keeper.refresh()
    assert late.book.take(endpoint) is None


async def test_two_that_find_it_at_once_open_it_once(begin: Begin, endpoint: UUID, settings: Settings) -> None:
    one, other = await begin(), await begin()
    await asyncio.gather(one.fail(endpoint), other.fail(endpoint))
    assert (circuit(settings)["state"], circuit(settings)["trips"]) == ("open", 1)


async def test_before_its_cool_down_is_over_nobody_probes(begin: Begin, endpoint: UUID, server: Upstream) -> None:
    one = await begin()
    await one.fail(endpoint)
    await one.keeper.try_again()
    assert server.probes == 0


async def test_exactly_one_process_probes(begin: Begin, endpoint: UUID, server: Upstream, settings: Settings) -> None:
    processes = [await begin() for _ in range(4)]
    await processes[0].fail(endpoint)
    await eventually(lambda: all(p.book.state(endpoint) is CircuitState.OPEN for p in processes))
    cool_down_ends(settings)
    await asyncio.gather(*(p.keeper.try_again() for p in processes))
    assert server.probes == 1
    await eventually(lambda: all(p.book.state(endpoint) is CircuitState.HALF_OPEN for p in processes))


async def test_a_probe_that_fails_extends_the_cool_down(
    begin: Begin, endpoint: UUID, server: Upstream, settings: Settings
) -> None:
    one, server.status = await begin(), 503
    await one.fail(endpoint)
    for trips in (2, 3):
        cool_down_ends(settings)
        await one.keeper.try_again()
        assert (circuit(settings)["state"], circuit(settings)["trips"]) == ("open", trips)
    assert "HTTP 503" in circuit(settings)["probe_fault"]


async def test_after_recovery_two_probes_close_it_without_any_call(
    begin: Begin, endpoint: UUID, settings: Settings
) -> None:
    one, other = await begin(), await begin()
    await one.fail(endpoint)
    for state in ("half_open", "closed"):
        cool_down_ends(settings)
        await one.keeper.try_again()
        await eventually(lambda: other.book.state(endpoint) == state)  # noqa: B023 - awaited here
    assert circuit(settings)["probe_fault"] is None


async def test_the_trial_of_any_process_closes_it_for_all(begin: Begin, endpoint: UUID, settings: Settings) -> None:
    one, other = await begin(), await begin()
    await one.fail(endpoint)
    await one.keeper._learn(endpoint, Finding(What.PROBE_PASSED))
    await eventually(lambda: other.book.state(endpoint) is CircuitState.HALF_OPEN)
    assert other.book.take(endpoint) is Permit.TRIAL
    other.book.succeeded(endpoint, Permit.TRIAL)
    await eventually(lambda: one.book.take(endpoint) is Permit.CALL)
    assert (circuit(settings)["state"], circuit(settings)["trips"]) == ("closed", 0)


async def test_a_forbidden_list_of_models_is_a_sign_of_life(
    begin: Begin, endpoint: UUID, server: Upstream, settings: Settings
) -> None:
    one = await begin()
    await one.fail(endpoint)
    for status, state in ((401, "open"), (403, "half_open"), (404, "closed")):
        server.status = status
        cool_down_ends(settings)
        await one.keeper.try_again()
        assert circuit(settings)["state"] == state


async def test_a_refused_key_is_an_event_of_the_audit_log_once(
    begin: Begin, endpoint: UUID, settings: Settings, server: Upstream
) -> None:
    one, server.status = await begin(), 401
    one.book.failed(endpoint, AuthRejected("HTTP 401 Incorrect API key"))
    await eventually(lambda: not one.book.owed)
    cool_down_ends(settings)
    await one.keeper.try_again()
    [event] = run(settings, "SELECT * FROM audit_events WHERE action = 'provider.circuit_opened'")
    assert (event["subject"], event["actor"], event["actor_id"]) == ("house", "fairlead", None)
    assert event["after"] == {"base_url": server.base_url, "circuit": "open"}


class TestWithoutTheDatabase:
    async def test_the_process_goes_by_what_it_found_and_tells_later(self, begin: Begin, endpoint: UUID) -> None:
        one = await begin()
        away = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
        keeper = CircuitKeeper(away, one.catalogue, one.client, one.book)
        one.book.failed(endpoint, AuthRejected())
        with pytest.raises(DATABASE_AWAY):
            await keeper.try_again()
        await keeper.close()
        await away.close()
        assert one.book.take(endpoint) is None
        assert endpoint in one.book.owed
        await one.keeper.try_again()
        assert not one.book.owed
        other = await begin()
        await eventually(lambda: other.book.take(endpoint) is None)

    async def test_an_endpoint_that_is_gone_is_owed_nothing(self, begin: Begin) -> None:
        one, gone = await begin(), uuid4()
        await one.fail(gone)
        assert not one.book.owed


class TestChecks:
    async def test_an_idle_endpoint_that_is_down_is_found_by_a_second_look(
        self, begin: Begin, endpoint: UUID, server: Upstream
    ) -> None:
        one, server.status = await begin(), 500
        await one.keeper.check(30, idle)
        assert server.probes == 2
        assert one.book.take(endpoint) is None

    async def test_of_a_busy_endpoint_its_calls_say_more(self, begin: Begin, endpoint: UUID, server: Upstream) -> None:
        one, server.status = await begin(), 500
        await one.keeper.check(30, lambda _: True)
        assert server.probes == 1
        assert one.book.take(endpoint) is Permit.CALL

    async def test_a_refused_key_is_found_at_once(self, begin: Begin, endpoint: UUID, server: Upstream) -> None:
        one, server.status = await begin(), 401
        await one.keeper.check(30, idle)
        assert server.probes == 1
        assert one.book.take(endpoint) is None

    async def test_processes_do_not_check_the_same_endpoint(
        self, begin: Begin, endpoint: UUID, server: Upstream, settings: Settings
    ) -> None:
        processes = [await begin() for _ in range(3)]
        await asyncio.gather(*(p.keeper.check(30, idle) for p in processes))
        assert server.probes == 1
        row = circuit(settings)
        assert (row["state"], row["probe_fault"]) == ("closed", None)
        assert row["probe_ms"] >= 0
        run(settings, "UPDATE endpoint_circuits SET probed_at = now() - interval '28 seconds'")
        await asyncio.gather(*(p.keeper.check(30, idle) for p in processes))
        assert server.probes == 2

    async def test_a_provider_that_is_turned_off_is_left_alone(
        self, begin: Begin, endpoint: UUID, server: Upstream, settings: Settings
    ) -> None:
        one = await begin()
        run(settings, "UPDATE model_providers SET status = 'disabled'")
        await one.catalogue.refresh()
        await one.keeper.check(30, idle)
        assert server.probes == 0


class TestFigures:
    async def test_attempts_are_counted_at_their_endpoint_and_fallbacks_where_they_began(
        self, begin: Begin, endpoint: UUID, settings: Settings
    ) -> None:
        one, other = await begin(), uuid4()
        [person] = run(settings, "SELECT id, organisation_id FROM users LIMIT 1")

        def call(
            at: UUID, request: UUID, attempt: int, status: str, error: str | None = None, ago: str = "1 m"
        ) -> None:
            run(
                settings,
                "INSERT INTO model_calls (organisation_id, user_id, request_id, attempt, assistant, provider, model,"
                " status, final, error_code, started_ms, latency_ms, first_token_ms, estimated, endpoint_id,"
                " created_at)"
                " VALUES (%s, %s, %s, %s, '', '', '', %s, true, %s, 100, 2000, 400, false, %s, now() - %s::interval)",
                *(person["organisation_id"], person["id"], request, attempt, status, error, at, ago),
            )

        fell_back = uuid4()
        call(endpoint, fell_back, 1, "failed", "provider_failed")
        call(endpoint, fell_back, 2, "failed", "provider_timeout")
        call(other, fell_back, 3, "answered")
        call(endpoint, uuid4(), 1, "answered")
        call(endpoint, uuid4(), 1, "failed", "context_too_long")
        call(endpoint, uuid4(), 1, "cancelled")
        call(endpoint, uuid4(), 1, "failed", "provider_failed", ago="6 m")
        found = await repository.endpoint_figures(one.database, 300)
        here = found[endpoint]
        assert (here.calls, here.failed, here.requests, here.fallbacks) == (5, 2, 4, 1)
        assert (here.latency_p50, here.first_token_p95) == (2000, 300)
        assert here.last_answered is not None
        assert (found[other].calls, found[other].fallbacks) == (1, 0)

    async def test_an_outage_that_is_over_does_not_count(
        self, begin: Begin, endpoint: UUID, settings: Settings
    ) -> None:
        one = await begin()
        [person] = run(settings, "SELECT id, organisation_id FROM users LIMIT 1")
        run(
            settings,
            "INSERT INTO model_calls (organisation_id, user_id, request_id, attempt, assistant, provider, model,"
            " status, final, error_code, started_ms, latency_ms, estimated, endpoint_id)"
            " VALUES (%s, %s, uuidv7(), 1, '', '', '', 'failed', true, 'provider_failed', 0, 9, false, %s)",
            *(person["organisation_id"], person["id"], endpoint),
        )
        await one.fail(endpoint)
        assert (await repository.endpoint_figures(one.database, 300))[endpoint].failed == 1
        for _ in range(2):
            await one.keeper._learn(endpoint, Finding(What.PROBE_PASSED))
        assert endpoint not in await repository.endpoint_figures(one.database, 300)

    async def test_without_calls_there_are_none(self, begin: Begin) -> None:
        assert await repository.endpoint_figures((await begin()).database, 300) == {}
