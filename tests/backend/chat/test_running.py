"""Answers while they are written: stopping, leaving, coming back, asking twice."""

import asyncio
import time
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from backend.chat import generation
from backend.metering.jobs import renew_leases
from shared.errors import ErrorBody, ErrorCode
from shared.events import Accepted, Delta, Done, EventId, decode
from shared.messages import FinishReason
from tests.backend.chat.test_chat import add_model
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.books import books_balance, holds
from tests.fixtures.streams import CHAT, received, streamed, text_of

SLOW = "sim-bench-400-20"


@pytest.fixture
async def person(api: Api, join: Join) -> Person:
    """Somebody who may use the slow model."""
    await add_model(api, SLOW)
    await add_model(api, "sim-fault-silent")
    return await join(plan="team")


async def eventually(condition, seconds: float = 5.0) -> None:
    """Waits until something holds."""
    until = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < until, "it never came true"
        await asyncio.sleep(0.01)


async def begin(person: Person, model: str = SLOW, **more: object) -> tuple[httpx.Response, UUID, object]:
    """A stream that has said `accepted`; the response is open."""
    request = person.http.build_request("POST", CHAT, json={"message": {"content": "hello"}, "model": model, **more})
    response = await person.http.send(request, stream=True)
    assert response.status_code == 200, await response.aread()
    lines = response.aiter_lines()
    block = []
    async for line in lines:
        block.append(line)
        if not line:
            break
    (first,) = list(decode(block))
    assert isinstance(first.event, Accepted)
    return response, first.event.request_id, lines


class TestStopping:
    @pytest.mark.parametrize("model", [SLOW, "sim-fault-silent"])
    async def test_stop_ends_the_answer_and_settles_what_was_produced(
        self, api: Api, person: Person, model: str
    ) -> None:
        response, request_id, lines = await begin(person, model)
        stopped = (await person.http.post(f"{CHAT}/{request_id}/cancel")).json()
        assert stopped == {"request_id": str(request_id), "state": "cancelling"}
        events = [r.event for r in decode([line async for line in lines] + [""])]
        assert isinstance(events[-1], Done)
        assert events[-1].finish_reason is FinishReason.CANCELLED
        assert await holds(api) == 0
        await books_balance(api)
        again = (await person.http.post(f"{CHAT}/{request_id}/cancel")).json()
        assert again["state"] == "finished"
        await response.aclose()

    async def test_a_stop_at_another_process_works_too(self, api: Api, person: Person) -> None:
        response, request_id, lines = await begin(person)
        async with serve(api.services.settings) as other:
            stopped = await httpx.AsyncClient(base_url=other.url, headers=person.http.headers).post(
                f"{CHAT}/{request_id}/cancel"
            )
            assert stopped.json()["state"] == "cancelling"
            events = [r.event for r in decode([line async for line in lines] + [""])]
        assert isinstance(events[-1], Done)
        assert events[-1].finish_reason is FinishReason.CANCELLED
        await response.aclose()

    async def test_a_stop_that_was_not_heard_is_done_with_the_next_lease(self, api: Api, person: Person) -> None:
        response, request_id, lines = await begin(person)
        with psycopg.connect(str(api.services.settings.database_url)) as connection:
            connection.execute("UPDATE holds SET stop = true WHERE request_id = %s", (request_id,))
        await renew_leases(api.services)
        events = [r.event for r in decode([line async for line in lines] + [""])]
        assert isinstance(events[-1], Done)
        assert events[-1].finish_reason is FinishReason.CANCELLED
        await response.aclose()

    async def test_an_unknown_request_is_not_found(self, person: Person) -> None:
        assert (await person.http.post(f"{CHAT}/{uuid4()}/cancel")).status_code == 404


class TestLeaving:
    async def test_the_answer_goes_on_without_a_reader(self, api: Api, person: Person) -> None:
        await add_model(api, "sim-bench-30-10")
        response, request_id, _ = await begin(person, "sim-bench-30-10")
        await response.aclose()
        await eventually(lambda: _is(holds(api), 0))
        with psycopg.connect(str(api.services.settings.database_url)) as connection:
            row = connection.execute(
                "SELECT state, length(content) FROM messages WHERE request_id = %s AND role = 'assistant'",
                (request_id,),
            ).fetchone()
        assert row is not None
        assert row[0] == "complete"
        assert row[1] > 0

    async def test_or_stops_where_the_caller_said_so(self, api: Api, person: Person) -> None:
        response, request_id, _ = await begin(person, on_disconnect="cancel")
        await response.aclose()
        await eventually(lambda: _is(holds(api), 0))
        with psycopg.connect(str(api.services.settings.database_url)) as connection:
            row = connection.execute(
                "SELECT state FROM messages WHERE request_id = %s AND role = 'assistant'", (request_id,)
            ).fetchone()
        assert row == ("cancelled",)
        await books_balance(api)

    async def test_coming_back_with_the_last_id_gives_the_rest_without_gap_or_repeat(
        self, api: Api, person: Person
    ) -> None:
        await add_model(api, "sim-bench-60-10")
        response, request_id, lines = await begin(person, "sim-bench-60-10")
        seen, last, block = "", EventId(0, 0), []
        async for line in lines:
            block.append(line)
            if line:
                continue
            for item in decode(block):
                if isinstance(item.event, Delta):
                    seen += item.event.text
                    assert item.id is not None
                    last = item.id
            block = []
            if len(seen) > 40:
                break
        await response.aclose()
        async with person.http.stream(
            "GET", f"{CHAT}/{request_id}/events", headers={"last-event-id": str(last)}
        ) as resumed:
            rest = await received(resumed)
        whole = seen + "".join(r.event.text for r in rest if isinstance(r.event, Delta))
        assert isinstance(rest[-1].event, Done)
        async with person.http.stream("GET", f"{CHAT}/{request_id}/events") as replayed:
            again = await received(replayed)
        assert isinstance(again[0].event, Accepted)
        assert "".join(r.event.text for r in again if isinstance(r.event, Delta)) == whole

    @pytest.mark.parametrize("after", ["x", "1", "-1.0", "1.2.3", "٣.٤"])
    async def test_a_foreign_event_id_is_refused(self, person: Person, after: str) -> None:
        response, request_id, _ = await begin(person)
        refused = await person.http.get(f"{CHAT}/{request_id}/events", params={"after": after})
        assert refused.status_code == 400
        await person.http.post(f"{CHAT}/{request_id}/cancel")
        await response.aclose()


class TestBusy:
    async def test_one_conversation_writes_one_answer_at_a_time(self, api: Api, person: Person) -> None:
        response, _, lines = await begin(person)
        conversation = (await person.http.get("/api/conversations")).json()["items"][0]["id"]
        second = await person.http.post(CHAT, json={"conversation_id": conversation, "message": {"content": "and?"}})
        assert (second.status_code, second.json()["error"]["code"]) == (409, "conflict")
        await person.http.delete(f"/api/conversations/{conversation}")
        events = [r.event for r in decode([line async for line in lines] + [""])]
        assert isinstance(events[-1], Done)
        assert events[-1].finish_reason is FinishReason.CANCELLED
        await response.aclose()
        await books_balance(api)

    async def test_more_answers_at_once_than_the_plan_has_are_refused(self, api: Api, join: Join) -> None:
        await add_model(api, SLOW)
        starter = await join()
        with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
            connection.execute("UPDATE plans SET models = models || %s::jsonb WHERE slug = 'starter'", (f'["{SLOW}"]',))
        open_streams = [await begin(starter) for _ in range(2)]
        third = await starter.http.post(CHAT, json={"message": {"content": "hi"}, "model": SLOW})
        assert (third.status_code, third.json()["error"]["code"]) == (429, "too_many_chats")
        assert int(third.headers["retry-after"]) >= 1
        for response, request_id, _ in open_streams:
            await starter.http.post(f"{CHAT}/{request_id}/cancel")
            await response.aclose()


class TestIdempotency:
    async def test_a_repeated_request_gets_the_first_ones_result_and_is_charged_once(
        self, api: Api, user: Person
    ) -> None:
        headers = {"idempotency-key": "k1"}
        body = {"message": {"content": "hello"}, "stream": False}
        first = await user.http.post(CHAT, json=body, headers=headers)
        second = await user.http.post(CHAT, json=body, headers=headers)
        assert second.status_code == 200
        assert second.json()["request_id"] == first.json()["request_id"]
        assert second.json()["text"] == first.json()["text"]
        usage = (await user.http.get("/api/usage")).json()
        assert usage["total"]["calls"] == 1
        assert Decimal(usage["total"]["credits"]) == Decimal(first.json()["usage"]["credits"])

    async def test_another_body_under_the_same_key_is_a_conflict(self, user: Person) -> None:
        headers = {"idempotency-key": "k1"}
        await user.http.post(CHAT, json={"message": {"content": "hello"}, "stream": False}, headers=headers)
        other = await user.http.post(CHAT, json={"message": {"content": "bye"}, "stream": False}, headers=headers)
        assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_mismatch")

    async def test_keys_of_different_people_do_not_meet(self, join: Join) -> None:
        bodies = {"message": {"content": "hello"}, "stream": False}
        ids = set()
        for person in (await join(), await join()):
            response = await person.http.post(CHAT, json=bodies, headers={"idempotency-key": "k1"})
            ids.add(response.json()["request_id"])
        assert len(ids) == 2

    async def test_repeats_at_once_join_the_running_answer(self, api: Api, user: Person) -> None:
        body = {"message": {"content": "hello"}}
        runs = await asyncio.gather(*(streamed(user, body, **{"idempotency-key": "k"}) for _ in range(4)))
        accepted = {run[0][1].request_id for run in runs if isinstance(run[0][1], Accepted)}
        assert len(accepted) == 1
        assert len({text_of(run) for run in runs}) == 1
        assert (await user.http.get("/api/usage")).json()["total"]["calls"] == 1

    async def test_another_process_replays_the_stored_result_as_the_stream_it_was(self, api: Api, user: Person) -> None:
        body = {"message": {"content": "hello"}}
        first = await streamed(user, body, **{"idempotency-key": "k"})
        async with (
            serve(api.services.settings) as other,
            httpx.AsyncClient(base_url=other.url, headers=user.http.headers) as http,
        ):
            there = Person(user.id, user.email, user.token, http)
            again = await streamed(there, body, **{"idempotency-key": "k"})
        assert text_of(again) == text_of(first)
        assert [name for name, _ in again] == ["accepted", "precheck", "route", "delta", "usage", "done"]

    async def test_a_first_request_that_failed_fails_again(self, api: Api, join: Join) -> None:
        await add_model(api, "sim-fault-500")
        person = await join(plan="team")
        body = {"message": {"content": "hello"}, "stream": False, "model": "sim-fault-500"}
        first = await person.http.post(CHAT, json=body, headers={"idempotency-key": "k"})
        second = await person.http.post(CHAT, json=body, headers={"idempotency-key": "k"})
        assert first.status_code == second.status_code == 502, first.text
        assert first.json()["error"]["code"] == second.json()["error"]["code"] == "provider_failed"


async def _is(value, wanted: object) -> bool:
    return await value == wanted


class TestSaving:
    async def test_an_answer_that_is_not_saved_in_time_is_not_called_a_success(
        self, api: Api, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(generation, "SETTLE_PATIENCE", 0.1)
        await add_model(api, "sim-bench-5-100")
        response, _, lines = await begin(person, "sim-bench-5-100")
        url = str(api.services.settings.database_url)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("SELECT 1 FROM credit_accounts WHERE user_id = %s FOR UPDATE", (person.id,))
            events = [r.event for r in decode([line async for line in lines] + [""])]
        await response.aclose()
        assert isinstance(events[-1], ErrorBody)
        assert (events[-1].code, events[-1].retryable) == (ErrorCode.UNAVAILABLE, True)
        assert not any(isinstance(event, Done) for event in events)

        async def saved() -> bool:
            return await holds(api) == 0

        await eventually(saved)
        await books_balance(api)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            row = await (await connection.execute("SELECT state FROM messages WHERE role = 'assistant'")).fetchone()
        assert row == ("complete",)
