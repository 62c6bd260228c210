"""Programs at work: a key asks in its person's name, within its own bounds."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from shared.paths import API_KEYS
from tests.backend.desk import code, rows
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.books import books_balance, holds
from tests.fixtures.models import add_model
from tests.fixtures.programs import Program, asking, program
from tests.fixtures.streams import CHAT

QUESTION = {"messages": [{"role": "user", "content": "Explain knots."}], "stream": False, "params": {"max_tokens": 16}}
MODELS = "/api/ai/models"


@pytest.fixture
async def person(api: Api, join: Join) -> Person:
    """Somebody without limits, where each answer of the model `one-credit` costs a credit."""
    url = str(api.services.settings.database_url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE plans SET limits = '{}', models = NULL")
        connection.execute("DELETE FROM multipliers")
    add_model(url, "one-credit", upstream="sim-instant", input="0", output="0", request="0.01")
    await api.services.catalogue.refresh()
    return await join(credits=1000)


@pytest.fixture
async def others(api: Api) -> AsyncIterator[Api]:
    """A second API on the same database."""
    async with serve(api.services.settings) as second:
        yield second


async def ask(http: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await http.post(CHAT, json=QUESTION | {"model": "one-credit"} | more)


class TestModels:
    async def test_only_allowed_ones_are_listed_and_answer(self, api: Api, person: Person) -> None:
        async with program(person, allowed_models=["one-credit"]) as script:
            assert [m["name"] for m in (await script.http.get(MODELS)).json()["items"]] == ["one-credit"]
            locked = (await script.http.get(MODELS, params={"include": "locked"})).json()["items"]
            assert "This API key does not allow it." in {m["why"] for m in locked}
            assert (await ask(script.http)).status_code == 200
            assert (await ask(script.http, model="sim-fast")).status_code == 403
            chosen = await ask(script.http, model=None)
            assert (chosen.status_code, chosen.json()["model"]) == (200, "one-credit"), chosen.text

    async def test_a_key_opens_no_model_that_the_plan_lacks(self, api: Api, person: Person) -> None:
        rows(api, "UPDATE plans SET models = '[\"sim-fast\"]'")
        await api.services.catalogue.refresh()
        async with program(person, allowed_models=["one-credit"]) as script:
            assert (await script.http.get(MODELS)).json()["items"] == []
            assert (await ask(script.http)).status_code == 403


class TestLimits:
    async def test_the_keys_own_are_told_and_held(self, person: Person) -> None:
        limits = {"per_minute": 4, "per_hour": 3, "per_day": 100}
        async with program(person, limits=limits) as script:
            answers = [await ask(script.http) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
            told = answers[0].headers
            assert (told["x-ratelimit-limit-requests"], told["x-ratelimit-remaining-requests"]) == ("4", "3")
            assert (told["x-ratelimit-limit"], told["x-ratelimit-window"]) == ("3", "3600")
            refused = answers[3]
            assert refused.json()["error"]["details"] == {"limit": 3, "window": 3600, "what": "requests"}
            assert 0 < int(refused.headers["retry-after"]) <= 3600
            assert code(await script.http.post("/api/ai/precheck", json={"prompt": "hi"})) == (429, "rate_limited")
            assert (await ask(person.http)).status_code == 200, "the person is not bound by it"

    async def test_they_are_exact_over_processes_and_each_keys_own(self, api: Api, others: Api, person: Person) -> None:
        limits = {"per_minute": 1000, "per_hour": 1000, "per_day": 6}
        async with (
            program(person, limits=limits) as one,
            program(person, name="other", limits=limits) as other,
            asking(one.secret, others.url) as elsewhere,
        ):
            asked = [ask(http) for http in (one.http, elsewhere) for _ in range(10)]
            answers = await asyncio.gather(*asked, *(ask(other.http) for _ in range(3)))
        assert Counter(answer.status_code for answer in answers[:20]) == {200: 6, 429: 14}
        assert Counter(answer.status_code for answer in answers[20:]) == {200: 3}

    async def test_those_of_the_plan_bind_as_well(self, api: Api, person: Person) -> None:
        rows(api, """UPDATE plans SET limits = '{"requests_per_minute": 1, "concurrent_chats_per_key": 5}'""")
        await api.services.catalogue.refresh()
        async with program(person) as script:
            answers = await asyncio.gather(*(ask(script.http) for _ in range(3)))
        assert 1 <= [answer.status_code for answer in answers].count(200) <= 2, "one for each minute of the clock"


class TestCap:
    async def test_is_exact_over_processes_and_shown(self, api: Api, others: Api, person: Person) -> None:
        async with program(person, monthly_credits="5") as script, asking(script.secret, others.url) as elsewhere:
            answers = await asyncio.gather(*(ask(http) for http in (script.http, elsewhere) for _ in range(10)))
            assert Counter(answer.status_code for answer in answers) == {200: 5, 402: 15}
            assert {a.json()["error"]["code"] for a in answers if a.status_code == 402} == {"spending_cap"}
            key = (await person.http.get(f"{API_KEYS}/{script.id}")).json()
            assert Decimal(key["credits_this_month"]) == 5
            await person.http.put(f"{API_KEYS}/{script.id}", json={"monthly_credits": "6"})
            assert [(await ask(http)).status_code for http in (elsewhere, script.http)] == [200, 402]
        assert await holds(api) == 0
        await books_balance(api)

    async def test_shortens_an_answer(self, api: Api, person: Person) -> None:
        add_model(str(api.services.settings.database_url), "dear", upstream="sim-fast", input="0", output="10000")
        await api.services.catalogue.refresh()
        async with program(person, monthly_credits="30") as script:
            answer = await ask(script.http, model="dear", params={"max_tokens": 500})
            assert answer.status_code == 200, answer.text
            assert Decimal(answer.json()["usage"]["credits"]) <= 30
            assert answer.json()["usage"]["completion_tokens"] <= 30


class TestUsage:
    async def test_is_the_persons_and_can_be_told_by_key(self, api: Api, person: Person) -> None:
        async with program(person) as one, program(person, name="other") as other:
            for http, times in ((one.http, 2), (other.http, 1), (person.http, 1)):
                for _ in range(times):
                    assert (await ask(http)).status_code == 200
            for asked, calls in ((None, 4), (one.id, 2), (other.id, 1), (uuid4(), 0)):
                for http in (person.http, one.http):
                    params = {} if asked is None else {"api_key": str(asked)}
                    total = (await http.get("/api/usage", params=params)).json()["total"]
                    assert (total["calls"], Decimal(total["credits"])) == (calls, calls)

    async def test_of_somebody_elses_key_is_nothing(self, join: Join, person: Person) -> None:
        async with program(person) as script:
            assert (await ask(script.http)).status_code == 200
            other = await join()
            seen = await other.http.get("/api/usage", params={"api_key": str(script.id)})
            assert seen.json()["total"]["calls"] == 0


class TestEnds:
    """In the process that heard of it by notification only, and without any help of admission."""

    async def nobody(self, http: httpx.AsyncClient) -> bool:
        """Whether the key is soon nobody's."""
        for _ in range(200):
            if (await http.get(MODELS)).status_code == 401:
                return True
            await asyncio.sleep(0.01)
        return False

    @pytest.fixture
    async def script(self, others: Api, person: Person) -> AsyncIterator[Program]:
        async with program(person, url=others.url) as made:
            assert (await made.http.get(MODELS)).status_code == 200
            yield made

    async def test_revoked(self, person: Person, script: Program) -> None:
        assert (await person.http.delete(f"{API_KEYS}/{script.id}")).status_code == 204
        assert await self.nobody(script.http)

    async def test_rotated(self, person: Person, script: Program) -> None:
        await person.http.post(f"{API_KEYS}/{script.id}/rotate", json={"overlap_hours": 0})
        assert await self.nobody(script.http)

    async def test_the_person_suspended(self, admin: Person, person: Person, script: Program) -> None:
        patch = {"id": str(person.id), "suspended": True, "reason": "test"}
        assert (await admin.http.patch("/api/admin/users", json=patch)).status_code == 200
        assert await self.nobody(script.http)
        await admin.http.patch("/api/admin/users", json=patch | {"suspended": False})
        assert (await script.http.get(MODELS)).status_code == 200

    async def test_the_person_deleted(self, api: Api, person: Person, script: Program) -> None:
        for statement in (
            "DELETE FROM credit_accounts WHERE user_id = '{0}'",
            "DELETE FROM user_entitlements WHERE user_id = '{0}'",
            "DELETE FROM memberships WHERE user_id = '{0}'",
            "DELETE FROM users WHERE id = '{0}'",
        ):
            rows(api, statement.format(person.id))
        assert await self.nobody(script.http)
        assert rows(api, "SELECT hash FROM api_key_secrets") == []

    async def test_a_plan_that_changes_counts_at_once(self, admin: Person, person: Person, script: Program) -> None:
        patch = {"user_id": str(person.id), "plan": "pro", "reason": "test"}
        assert (await admin.http.patch("/api/admin/entitlements", json=patch)).status_code == 200
        granted = (await script.http.get("/api/usage")).json()["granted"]
        assert Decimal(granted) == 5000

    async def test_even_where_no_notification_was_heard_nothing_is_admitted(
        self, others: Api, person: Person, script: Program
    ) -> None:
        await others.services.notifier.close()
        assert (await person.http.delete(f"{API_KEYS}/{script.id}")).status_code == 204
        assert (await script.http.get(MODELS)).status_code == 200, "still believed, for a minute at most"
        assert code(await ask(script.http)) == (401, "not_signed_in")


async def test_idempotency_keys_are_each_keys_own(person: Person) -> None:
    async with program(person) as one, program(person, name="other") as other:
        told = []
        for http in (one.http, one.http, other.http, person.http):
            answer = await http.post(
                CHAT, json=QUESTION | {"model": "one-credit"}, headers={"idempotency-key": "the same"}
            )
            told.append(answer.json()["request_id"])
    assert told[0] == told[1]
    assert len(set(told)) == 3


async def test_an_answer_is_streamed_followed_and_stopped_with_a_key(person: Person) -> None:
    async with program(person, scopes=["chat"]) as script:
        async with script.http.stream("POST", CHAT, json=QUESTION | {"model": "one-credit", "stream": True}) as stream:
            assert stream.status_code == 200
            assert stream.headers["x-ratelimit-limit-requests"] == "60"
            text = (await stream.aread()).decode()
        request_id = json.loads(text.split("data: ", 1)[1].splitlines()[0])["request_id"]
        followed = await script.http.get(f"{CHAT}/{request_id}/events")
        assert followed.status_code == 200
        stopped = await script.http.post(f"{CHAT}/{request_id}/cancel")
        assert (stopped.status_code, stopped.json()["state"]) == (200, "finished")
