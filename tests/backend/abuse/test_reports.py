"""Prompts that their sender says were blocked by mistake."""

from uuid import uuid4

import httpx

from tests.backend.abuse.sending import BLOCKED, send, subjects
from tests.backend.desk import code, rows
from tests.fixtures.api import Api, Join, Person


async def blocked_check(person: Person) -> str:
    """A prompt that was blocked; the id of its check."""
    answer = await send(person.http, f"{BLOCKED} {uuid4()}")
    return str(answer.json()["error"]["details"]["check_id"])


async def report(person: Person, check_id: str, *, risky: bool = False) -> httpx.Response:
    return await person.http.put(f"/api/ai/prechecks/{check_id}/mark", json={"risky": risky})


async def test_somebody_elses_block_cannot_be_reported(api: Api, user: Person, join: Join) -> None:
    other = await join()
    theirs = await blocked_check(other)
    assert code(await report(user, theirs)) == (404, "not_found")
    assert subjects(api)["user"]["score"] > 9


async def test_the_points_are_taken_back_once_and_at_most_three_times_a_day(api: Api, user: Person) -> None:
    checks = [await blocked_check(user) for _ in range(4)]
    scores = []
    for check in [checks[0], *checks]:
        assert (await report(user, check)).status_code == 200
        scores.append(round(subjects(api)["user"]["score"]))
    assert scores == [30, 30, 20, 10, 10]
    assert {row["taken_back_by"] for row in rows(api, "SELECT taken_back_by FROM abuse_events")} == {"the sender", None}


async def test_saying_that_it_was_risky_takes_nothing_back(api: Api, user: Person) -> None:
    assert (await report(user, await blocked_check(user), risky=True)).status_code == 200
    assert round(subjects(api)["user"]["score"]) == 10
