"""Refusing new work while the work at hand would suffer."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from backend.errors import Unavailable
from backend.load import LATE, MAX_BODY_BYTES, ON_END, RETRY_AFTER, TICK, Load
from backend.settings import Settings
from shared.errors import ErrorCode
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.books import holds
from tests.fixtures.streams import CHAT

BODY = {"message": {"content": "hello"}, "stream": False}


def test_as_many_answers_as_are_allowed_and_no_more() -> None:
    load = Load(2)
    load.check(1)
    with pytest.raises(Unavailable) as refused:
        load.check(2)
    assert (refused.value.status, refused.value.retry_after) == (503, RETRY_AFTER)


def test_bytes_that_were_let_go_make_room() -> None:
    load = Load(1, most_bytes=100)
    load.take_in(60)
    with pytest.raises(Unavailable):
        load.take_in(41)
    load.take_in(40)
    load.let_go(60)
    load.take_in(60)


async def stall(times: int) -> None:
    """Keeps the event loop from everybody else."""
    for _ in range(times):
        time.sleep(TICK + 1.5 * LATE)  # noqa: ASYNC251 - it is what is tested
        await asyncio.sleep(0.001)


async def test_a_loop_that_goes_on_lagging_takes_nothing_on_until_it_is_in_time_again() -> None:
    load = Load(10)
    load.start()
    await asyncio.sleep(0)
    await stall(ON_END + 1)
    with pytest.raises(Unavailable):
        load.check(1)
    async with asyncio.timeout(20):
        while load.lag > LATE:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(TICK / 2)
    load.check(1)
    await load.close()


async def test_a_single_pause_is_forgiven_and_an_idle_process_takes_anything_on() -> None:
    load = Load(10)
    load.start()
    await asyncio.sleep(0)
    await stall(1)
    load.check(1)
    await stall(ON_END)
    load.check(0)
    await load.close()


async def test_an_answer_too_many_is_refused_and_holds_nothing(settings: Settings, join: Join) -> None:
    person = await join(plan="team")
    async with serve(settings.model_copy(update={"max_answers": 1})) as busy:
        headers = {"authorization": f"Bearer {person.token}"}
        async with busy.client.stream("POST", CHAT, json=BODY | {"stream": True}, headers=headers) as running:
            assert running.status_code == 200
            refused = await busy.client.post(CHAT, json=BODY, headers=headers)
            await running.aread()
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == str(RETRY_AFTER)
        assert refused.json()["error"]["code"] == ErrorCode.UNAVAILABLE
        assert (await busy.client.post(CHAT, json=BODY, headers=headers)).status_code == 200
        assert await holds(busy) == 0


async def test_whatever_is_at_work_counts_for_answers_and_errands(api: Api, user: Person) -> None:
    running, services = object(), api.services
    most = services.settings.max_answers
    for at_work in (services.generations._running, services.errands._running):
        at_work.update(dict.fromkeys(range(most), running))
        try:
            refused = [
                await user.http.post(CHAT, json=BODY),
                await user.http.post("/v1/embeddings", json={"model": "auto", "input": "a rope"}),
            ]
        finally:
            at_work.clear()
        assert [answer.status_code for answer in refused] == [503, 503]


async def test_bodies_beyond_the_room_for_them_are_refused(api: Api, user: Person) -> None:
    load = api.services.load
    most = load._most_bytes
    load.take_in(most)
    try:
        refused = await user.http.post(CHAT, json=BODY)
    finally:
        load.let_go(most)
    assert refused.status_code == 503
    assert refused.headers["x-request-id"]
    assert (await user.http.post(CHAT, json=BODY)).status_code == 200


async def test_a_body_of_unknown_length_counts_as_the_longest(api: Api, user: Person) -> None:
    load = api.services.load
    taken = load._most_bytes - MAX_BODY_BYTES + 1
    load.take_in(taken)

    async def chunks() -> AsyncIterator[bytes]:
        yield httpx.Request("POST", "http://x", json=BODY).content

    try:
        refused = await user.http.post(CHAT, content=chunks(), headers={"content-type": "application/json"})
    finally:
        load.let_go(taken)
    assert refused.status_code == 503
