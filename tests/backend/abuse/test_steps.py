"""What follows when somebody's prompts are blocked again and again, as they meet it."""

import asyncio
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from msgspec import structs

from backend.abuse.repository import unannounced
from backend.abuse.restraint import FREE
from shared.accounts import UserRole
from shared.paths import EMBEDDINGS, PRECHECK
from tests.backend.abuse.sending import (
    BLOCKED,
    RULES,
    TO_PAUSE,
    let_pass,
    paused,
    send,
    send_blocked,
    subjects,
    until_known,
)
from tests.backend.desk import rows
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.programs import program

HALF_LIFE = timedelta(seconds=RULES.half_life_seconds)


class TestPauses:
    async def test_one_who_goes_on_is_paused_and_told_why_until_when_and_whom_to_ask(
        self, api: Api, user: Person
    ) -> None:
        await send_blocked(user.http, TO_PAUSE)
        answer = await send(user.http, "hello")
        error = paused(answer)
        assert 0 < error["retry_after"] <= RULES.pause_seconds + 1
        assert answer.headers["retry-after"] == str(error["retry_after"])
        assert error["message"].startswith("Sending is paused until ")
        assert "blocked by a safety rule" in error["message"]
        assert "ask your administrator" in error["message"]
        assert error["details"].keys() == {"until", "whose", "cause"}
        assert (error["details"]["whose"], error["details"]["cause"]) == ("user", "blocked")
        assert rows(api, "SELECT 1 FROM holds") == []

    async def test_everything_that_reaches_a_model_is_paused_in_its_own_shape_and_nothing_else_is(
        self, api: Api, user: Person
    ) -> None:
        async with program(user) as script:
            await send_blocked(user.http, TO_PAUSE)
            turns = [{"role": "user", "content": "hello"}]
            shapes = {
                "/v1/chat/completions": {"messages": turns},
                "/v1/completions": {"prompt": "hello"},
                "/v1/responses": {"input": "hello"},
                EMBEDDINGS: {"input": "hello"},
                "/v1/images/generations": {"prompt": "a boat"},
            }
            for path, body in shapes.items():
                answer = await script.http.post(path, json={"model": "auto", **body})
                assert answer.status_code == 429, (path, answer.text)
                error = answer.json()["error"]
                assert (error["type"], error["code"]) == ("rate_limit_error", "paused"), path
                assert int(answer.headers["retry-after"]) > 0
            body = {"model": "auto", "messages": turns, "max_tokens": 10}
            answer = await script.http.post("/v1/messages", json=body)
            assert (answer.status_code, answer.json()["error"]["type"]) == (429, "rate_limit_error")
            answer = await script.http.post("/v1/ai/process", json={"serviceType": "chat", "prompt": "hello"})
            assert answer.status_code in (400, 429), answer.text
        assert (await user.http.post(PRECHECK, json={"prompt": "hello"})).status_code == 200
        assert (await user.http.get("/api/conversations")).status_code == 200

    async def test_other_people_go_on(self, api: Api, user: Person, join: Join) -> None:
        other = await join()
        await send_blocked(user.http, TO_PAUSE)
        paused(await send(user.http))
        assert (await send(other.http, "hello")).status_code == 200

    async def test_a_pause_ends_and_the_next_one_is_twice_as_long(self, api: Api, user: Person) -> None:
        await send_blocked(user.http, TO_PAUSE)
        let_pass(api, timedelta(seconds=RULES.pause_seconds + 1))
        await api.services.watch.book.refresh()
        assert (await send(user.http, "hello")).status_code == 200
        await send_blocked(user.http, 1)
        error = paused(await send(user.http, "hello"))
        assert RULES.pause_seconds < error["retry_after"] <= 2 * RULES.pause_seconds + 1
        assert subjects(api)["user"]["pauses"] == 2

    async def test_another_process_knows_at_once(self, api: Api, user: Person) -> None:
        async with serve(api.services.settings) as other:
            await send_blocked(user.http, TO_PAUSE)
            elsewhere = Person(user.id, user.email, user.token, _at(other, user))
            async with asyncio.timeout(10):
                await until_known(elsewhere)
            await elsewhere.http.aclose()

    async def test_a_process_that_starts_later_knows_too(self, api: Api, user: Person) -> None:
        await send_blocked(user.http, TO_PAUSE)
        async with serve(api.services.settings) as other, _at(other, user) as http:
            paused(await send(http, "hello"))

    @pytest.mark.parametrize("role", [UserRole.ADMIN, UserRole.SUPPORT])
    async def test_admins_and_support_are_alerted_of_but_never_slowed_or_paused(
        self, api: Api, role: UserRole, join: Join
    ) -> None:
        person = await join(role=role)
        await send_blocked(person.http, 10)
        row = subjects(api)["user"]
        assert (row["slowed_until"], row["paused_until"]) == (None, None)
        assert row["alerted_at"] is not None


class TestSlowing:
    async def test_limits_are_a_quarter_and_the_refusal_says_why(self, api: Api, user: Person) -> None:
        limit = _per_minute(await send(user.http, "hello"))
        await send_blocked(user.http, 3)
        answer = await send(user.http, "hello")
        assert answer.status_code == 200
        assert _per_minute(answer) == limit // RULES.slow_by
        for _ in range(limit):
            answer = await send(user.http, "hello")
            if answer.status_code != 200:
                break
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (429, "rate_limited")
        assert "4 times lower than usual until" in error["message"]

    async def test_it_ends_when_the_score_has_faded(self, api: Api, user: Person) -> None:
        limit = _per_minute(await send(user.http, "hello"))
        await send_blocked(user.http, 3)
        let_pass(api, HALF_LIFE)
        await api.services.watch.book.refresh()
        assert _per_minute(await send(user.http, "hello")) == limit


class TestCounting:
    async def test_what_is_only_typed_does_not_count(self, api: Api, user: Person) -> None:
        for _ in range(3):
            answer = await user.http.post(PRECHECK, json={"prompt": BLOCKED})
            assert answer.json()["risk"]["action"] == "block"
        assert subjects(api) == {}

    async def test_a_repetition_counts_once_and_another_prompt_under_the_same_key_again(
        self, api: Api, user: Person
    ) -> None:
        for _ in range(4):
            assert (await send(user.http, BLOCKED, **{"idempotency-key": "k"})).status_code == 422
        assert len(rows(api, "SELECT 1 FROM abuse_events")) == 1
        assert (await send(user.http, BLOCKED + " Now.", **{"idempotency-key": "k"})).status_code == 422
        assert len(rows(api, "SELECT 1 FROM abuse_events")) == 2

    async def test_a_key_counts_in_full_and_its_person_by_half(self, api: Api, user: Person) -> None:
        async with program(user) as script:
            await send_blocked(script.http, TO_PAUSE)
            error = paused(await send(script.http, "hello"))
            assert error["details"]["whose"] == "key"
            found = subjects(api)
            assert found["key"]["ref"] == str(script.id)
            assert found["user"]["score"] == pytest.approx(found["key"]["score"] / 2, rel=0.01)
            assert (await send(user.http, "hello")).status_code == 200

    async def test_neither_words_nor_addresses_are_stored(self, api: Api, user: Person) -> None:
        await send(user.http, BLOCKED, **{"x-forwarded-for": "198.51.100.7"})
        stored = str(rows(api, "SELECT * FROM abuse_events")) + str(rows(api, "SELECT * FROM abuse_subjects"))
        assert "pipe bomb" not in stored
        assert "198.51.100.7" not in stored


class TestCosts:
    async def test_one_who_spends_much_of_a_day_at_once_is_paused_and_told_so(
        self, api: Api, user: Person, admin: Person
    ) -> None:
        rules = {"costly_share": 0.000001, "costly_points": 60, "reason": "test"}
        assert (await admin.http.patch("/api/admin/abuse/settings", json=rules)).status_code == 200
        assert (await send(user.http, "hello")).status_code == 200
        async with asyncio.timeout(10):
            error = await until_known(user)
        assert error["details"]["cause"] == "costly"
        assert "costly requests" in error["message"]
        assert {row["kind"] for row in rows(api, "SELECT kind FROM abuse_events")} == {"costly"}

    async def test_embeddings_count_as_well(self, api: Api, user: Person, admin: Person) -> None:
        rules = {"costly_share": 0.000000001, "costly_points": 60, "reason": "test"}
        assert (await admin.http.patch("/api/admin/abuse/settings", json=rules)).status_code == 200
        async with program(user) as script:
            answer = await script.http.post(EMBEDDINGS, json={"model": "sim-embedding", "input": "hello"})
            assert answer.status_code == 200, answer.text
        assert [row["kind"] for row in rows(api, "SELECT kind FROM abuse_events")] == ["costly"]

    async def test_what_is_cheap_counts_for_nothing(self, api: Api, user: Person) -> None:
        assert (await send(user.http, "hello")).status_code == 200
        assert subjects(api) == {}


class TestAddresses:
    HERE = {"x-forwarded-for": "198.51.100.7"}

    async def test_one_person_cannot_have_others_at_the_address_restrained(
        self, api: Api, user: Person, join: Join
    ) -> None:
        other = await join()
        for _ in range(TO_PAUSE):
            await send(user.http, BLOCKED, **self.HERE)
        assert subjects(api)["address"]["paused_until"] is None
        assert (await send(other.http, "hello", **self.HERE)).status_code == 200

    async def test_several_people_have_newcomers_paused_but_nobody_who_was_there_before(
        self, api: Api, join: Join
    ) -> None:
        for _ in range(3):
            person = await join()
            for _ in range(2):
                await send(person.http, BLOCKED, **self.HERE)
        newcomer, elsewhere = await join(), await join()
        error = paused(await send(newcomer.http, "hello", **self.HERE))
        assert error["details"]["whose"] == "address"
        assert (await send(elsewhere.http, "hello", **{"x-forwarded-for": "198.51.100.8"})).status_code == 200
        identity = await api.services.identities.resolve(newcomer.token)
        assert identity is not None
        longer_here = structs.replace(identity, user_id=UUID("01900000-0000-7000-8000-000000000001"))
        assert api.services.watch.admit(longer_here, "198.51.100.7") is FREE


class TestAlerts:
    async def test_an_episode_has_one_alert_however_many_raise_it_at_once(self, api: Api, support: Person) -> None:
        await asyncio.gather(*(send(support.http, f"{BLOCKED} {number}") for number in range(12)))
        row = subjects(api)["user"]
        assert row["score"] == pytest.approx(120, rel=0.01)
        told = await asyncio.gather(*(unannounced(api.services.database) for _ in range(5)))
        assert sorted(len(each) for each in told) == [0, 0, 0, 0, 1]
        await send_blocked(support.http, 2)
        assert await unannounced(api.services.database) == []

    async def test_what_comes_after_everything_faded_is_another_episode(self, api: Api, support: Person) -> None:
        await send_blocked(support.http, 9)
        assert len(await unannounced(api.services.database)) == 1
        let_pass(api, 20 * HALF_LIFE)
        await send_blocked(support.http, 1)
        assert subjects(api)["user"]["alerted_at"] is None
        await send_blocked(support.http, 8)
        assert len(await unannounced(api.services.database)) == 1


def _per_minute(answer: httpx.Response) -> int:
    return int(answer.headers["x-ratelimit-limit-requests"])


def _at(api: Api, person: Person) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=api.url, headers=person.http.headers, timeout=30)
