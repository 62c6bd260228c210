"""Keeping holds honest: what runs keeps its lease, what nobody carries out any more ends without a charge."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from backend.metering.jobs import purge, renew_leases, settle_orphans
from tests.backend.requests import admitted
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.books import books_balance, holds
from tests.fixtures.models import add_model
from tests.fixtures.streams import CHAT, ask

SLOW = "sim-bench-500-20"


def look(api: Api, query: str, *parameters: object) -> Any:
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        found = connection.execute(query, parameters)  # type: ignore[arg-type]
        return found.fetchall() if found.description else None


def let_leases_run_out(api: Api) -> None:
    look(api, "UPDATE holds SET lease_until = clock_timestamp() - interval '2 hours'")


async def test_what_runs_keeps_its_lease(api: Api, join: Join) -> None:
    add_model(str(api.services.settings.database_url), SLOW)
    person = await join(plan="team")
    body = {"message": {"content": "hello"}, "model": SLOW}
    async with person.http.stream("POST", CHAT, json=body) as response:
        stream = response.aiter_bytes()
        await anext(stream)
        let_leases_run_out(api)
        await renew_leases(api.services)
        await settle_orphans(api.services)
        assert await holds(api) == 1
        await person.http.post(f"{CHAT}/{response.headers['x-request-id']}/cancel")
        async for _ in stream:
            pass
    [(state,)] = look(api, "SELECT state FROM messages WHERE role = 'assistant'")
    assert state == "cancelled"


async def test_a_hold_that_nothing_runs_for_is_not_kept(api: Api, user: Person) -> None:
    """Such as one whose settlement the database refused."""
    await admitted(api, user)
    let_leases_run_out(api)
    await renew_leases(api.services)
    await settle_orphans(api.services)
    assert await holds(api) == 0
    assert Decimal((await user.http.get("/v1/auth/me")).json()["balance"]) == 1000
    [(status, code, fault)] = look(api, "SELECT status, error_code, fault FROM model_calls")
    assert (status, code, fault) == ("failed", "interrupted", "the process that ran it is gone")
    await books_balance(api)


async def test_a_fresh_lease_is_respected(api: Api, user: Person) -> None:
    await admitted(api, user)
    await settle_orphans(api.services)
    assert await holds(api) == 1


async def test_the_conversation_of_an_orphan_can_go_on(api: Api, user: Person) -> None:
    first = await ask(user, "hello")
    request_id = await admitted(api, user)
    look(
        api,
        "UPDATE holds SET conversation_id = %s, message_id = %s WHERE request_id = %s",
        first.conversation_id,
        first.message_id,
        request_id,
    )
    look(api, "UPDATE messages SET state = 'streaming', content = '' WHERE id = %s", first.message_id)
    look(api, "UPDATE conversations SET active_request = %s WHERE id = %s", request_id, first.conversation_id)
    let_leases_run_out(api)
    await settle_orphans(api.services)
    page = (await user.http.get(f"/api/conversations/{first.conversation_id}/messages")).json()["items"]
    assert (page[1]["state"], page[1]["failure"]) == ("interrupted", "interrupted")
    assert (await ask(user, "and now?", conversation_id=str(first.conversation_id))).text


async def test_one_that_cannot_be_settled_does_not_keep_the_others(api: Api, user: Person) -> None:
    bad = await admitted(api, user)
    await admitted(api, user)
    look(api, "UPDATE holds SET route = '{}' WHERE request_id = %s", bad)
    let_leases_run_out(api)
    look(api, "UPDATE holds SET lease_until = lease_until - interval '1 hour' WHERE request_id = %s", bad)
    await settle_orphans(api.services)
    assert [row[0] for row in look(api, "SELECT request_id FROM holds")] == [bad]


async def test_two_processes_settle_an_orphan_once(api: Api, user: Person) -> None:
    for _ in range(5):
        await admitted(api, user, hold=Decimal(10))
    let_leases_run_out(api)
    async with serve(api.services.settings) as other:
        await asyncio.gather(*(settle_orphans(each.services) for each in (api, other) for _ in range(3)))
    assert await holds(api) == 0
    assert look(api, "SELECT count(*) FROM model_calls") == [(5,)]
    await books_balance(api)


@pytest.mark.parametrize("job", [renew_leases, settle_orphans, purge])
async def test_with_nothing_to_do_nothing_is_done(api: Api, job: Any) -> None:
    await job(api.services)
    assert look(api, "SELECT count(*) FROM model_calls") == [(0,)]


async def test_a_process_knows_its_requests(api: Api, user: Person) -> None:
    assert api.services.generations.request_ids == set[UUID]()
    await ask(user, "hello")
    assert api.services.generations.request_ids == set[UUID]()
    assert api.services.settler.request_ids == set[UUID]()
