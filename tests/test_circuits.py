"""A provider goes, and comes back: who asks is served elsewhere or told at once, and traffic returns by itself."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from backend.providers.errors import AuthRejected
from backend.settings import Settings
from shared.accounts import UserRole
from tests.backend.desk import WHY, code, rows
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.models import lift_limits
from tests.fixtures.streams import CHAT
from tests.fixtures.upstream import Upstream, add_provider, eventually, upstream

HEALTH = "/api/admin/providers/health"
MODEL = "house-model"


@pytest.fixture
async def server() -> AsyncIterator[Upstream]:
    async with upstream() as it:
        yield it


@pytest.fixture
async def spare() -> AsyncIterator[Upstream]:
    async with upstream() as it:
        yield it


async def ask(person: Person, url: str = "") -> httpx.Response:
    body = {"message": {"content": "Hello?"}, "model": MODEL, "stream": False}
    return await person.http.post(f"{url}{CHAT}", json=body)


async def health(person: Person, name: str = "house") -> dict[str, Any]:
    items = (await person.http.get(HEALTH)).json()["items"]
    return next(item for item in items if item["name"] == name)


async def metric(api: Api, name: str) -> list[str]:
    text = (await api.client.get("/metrics")).text
    return [line.split()[-1] for line in text.splitlines() if line.startswith(f"model_router_endpoint_{name}{{")]


async def test_a_refused_key_is_our_fault_stops_calls_and_alerts(
    api: Api, join: Join, settings: Settings, server: Upstream
) -> None:
    lift_limits(str(settings.database_url))
    add_provider(str(settings.database_url), "house", server.base_url, model=MODEL)
    user, admin = await join(), await join(role=UserRole.ADMIN)
    server.status = 401
    assert code(await ask(user)) == (502, "provider_failed")
    assert len(server.asked) == 1

    refused = await ask(user)
    assert code(refused) == (503, "no_route")
    assert 1 <= int(refused.headers["retry-after"]) <= 15
    assert [asked.line for asked in server.asked if asked.line.startswith("POST")] == [
        "POST /v1/chat/completions HTTP/1.1"
    ]

    await eventually(lambda: bool(rows(api, "SELECT 1 FROM audit_events WHERE action = 'provider.circuit_opened'")))
    found = await health(admin)
    assert (found["circuit"], found["health"]) == ("open", 0)
    [endpoint] = found["endpoints"]
    assert (endpoint["base_url"], endpoint["state"]) == (server.base_url, "open")
    assert "refused Fairlead's own account" in endpoint["reason"]
    assert endpoint["retry_at"] > endpoint["opened_at"]
    [said] = [said for said in (await admin.http.get("/api/admin/overview")).json()["attention"] if "House" in said]
    assert said.startswith(f"The circuit of House is open. Nothing is sent to {server.base_url}: ")

    await api.services.endpoints.measure()
    assert "2.0" in await metric(api, "circuit_state")
    assert "0.0" in await metric(api, "health_score")

    provider = found["provider_id"]
    server.status = 200
    changed = await admin.http.patch(f"/api/admin/providers/{provider}", json={"api_key": "sk-right", **WHY})
    assert changed.status_code == 200, changed.text
    await eventually(lambda: not list(api.services.circuits.unsettled()))
    assert (await ask(user)).status_code == 200


async def test_all_processes_stop_asking_and_come_back_after_recovery(
    api: Api, join: Join, settings: Settings, server: Upstream
) -> None:
    lift_limits(str(settings.database_url))
    [endpoint_id] = add_provider(str(settings.database_url), "house", server.base_url, model=MODEL)
    user = await join()
    async with serve(settings) as other:
        assert (await ask(user, other.url)).status_code == 200
        server.status = 500
        for _ in range(5):
            assert code(await ask(user))[0] in (502, 503)
        await eventually(lambda: other.services.circuits.take(endpoint_id) is None)
        assert code(await ask(user, other.url)) == (503, "no_route")

        server.status = 200
        recovered = time.monotonic()
        urls = [api.url, other.url]
        while {(await ask(user, url)).status_code for url in urls} != {200}:
            assert time.monotonic() - recovered < 30
        await eventually(lambda: rows(api, "SELECT state FROM endpoint_circuits WHERE state <> 'closed'") == [])


async def test_another_address_answers_and_the_broken_one_is_not_asked_again(
    api: Api, join: Join, settings: Settings, server: Upstream, spare: Upstream
) -> None:
    lift_limits(str(settings.database_url))
    broken, _ = add_provider(str(settings.database_url), "house", server.base_url, spare.base_url, model=MODEL)
    user, support = await join(), await join(role=UserRole.SUPPORT)
    server.status = 500
    for _ in range(5):
        assert (await ask(user)).status_code == 200
    assert api.services.circuits.take(broken) is None
    asked = len(server.asked)
    assert (await ask(user)).status_code == 200
    assert sum(a.line.startswith("POST") for a in server.asked[asked:]) == 0

    found = await health(support)
    assert found["circuit"] == "open"
    here, there = sorted(found["endpoints"], key=lambda endpoint: endpoint["health"])
    assert (here["base_url"], here["fallback_rate"]) == (server.base_url, 1)
    assert here["error_rate"] == 1
    assert (there["base_url"], there["state"], there["error_rate"], there["fallback_rate"]) == (
        spare.base_url,
        "closed",
        0,
        0,
    )


async def test_a_prompt_that_a_provider_chokes_on_does_not_stop_everybody(
    api: Api, join: Join, settings: Settings, server: Upstream
) -> None:
    """However often one request is repeated, it counts as one fault."""
    lift_limits(str(settings.database_url))
    [endpoint_id] = add_provider(str(settings.database_url), "house", server.base_url, model=MODEL)
    with psycopg.connect(str(settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE models SET active = name = %s", (MODEL,))
    user = await join()
    server.calls = 500
    assert code(await ask(user))[0] == 502
    assert len(server.asked) > 1
    assert api.services.circuits._tallies[endpoint_id]._in_a_row == 1


async def test_the_precheck_decides_like_the_chat_would(api: Api, join: Join, settings: Settings) -> None:
    """With every circuit open it can name no price, and says why."""
    user = await join()
    body = {"prompt": "Hello?"}
    before = (await user.http.post("/api/ai/precheck", json=body)).json()
    assert float(before["estimate"]["credits_high"]) > 0
    for provider in api.services.catalogue.current.providers:
        for endpoint in provider.endpoints:
            api.services.circuits.failed(endpoint.id, AuthRejected())
    after = (await user.http.post("/api/ai/precheck", json=body)).json()
    assert float(after["estimate"]["credits_high"]) == 0
    assert after["affordable"] is False
    assert any("cannot be reached or fails" in signal for signal in after["signals"])
