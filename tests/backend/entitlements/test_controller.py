"""Plans and plan requests as people use them."""

import asyncio

from tests.backend.desk import code, rows
from tests.fixtures.api import Api, Join, Person

REQUESTS = "/api/plan-requests"
WHY = {"reason": "The audit needs it."}


async def test_nobody_asks_without_signing_in(api: Api) -> None:
    assert (await api.client.get("/api/plans")).status_code == 401
    assert (await api.client.get(REQUESTS)).status_code == 401
    assert (await api.client.post(REQUESTS, json={"plan": "pro", **WHY})).status_code == 401


async def test_plans_are_listed_lowest_first_with_the_own_one_marked(join: Join) -> None:
    person = await join(plan="pro")
    plans = (await person.http.get("/api/plans")).json()["items"]
    assert [(plan["slug"], plan["monthly_credits"], plan["current"]) for plan in plans] == [
        ("starter", "1000", False),
        ("pro", "5000", True),
        ("team", "20000", False),
    ]
    starter, _, team = plans
    assert "reasoning" not in starter["families"]
    assert (starter["max_context"], starter["limits"]["requests_per_minute"]) == (32_000, 20)
    assert team["models"] is None
    assert set(team["families"]) == {
        "general", "code", "writing", "research", "data", "translation", "reasoning", "images",
    }  # fmt: skip


async def test_what_cannot_be_asked_for_is_refused_and_nothing_is_written(api: Api, user: Person) -> None:
    for body, expected in (
        ({**WHY}, (400, "invalid_request")),
        ({"plan": "pro", "model_family": "reasoning", **WHY}, (400, "invalid_request")),
        ({"plan": None, "model_family": None, **WHY}, (400, "invalid_request")),
        ({"plan": "pro"}, (400, "invalid_request")),
        ({"plan": "pro", "reason": ""}, (400, "invalid_request")),
        ({"plan": "pro", "reason": "x" * 501}, (400, "invalid_request")),
        ({"plan": "pro", "reason": "a\0b"}, (400, "invalid_request")),
        ({"plan": "pro", "hurry": True, **WHY}, (400, "invalid_request")),
        ({"model_family": "UPPER", **WHY}, (400, "invalid_request")),
        ({"plan": "gold", **WHY}, (404, "not_found")),
        ({"plan": "\0", **WHY}, (400, "invalid_request")),
        ({"model_family": "poetry", **WHY}, (404, "not_found")),
        ({"model_family": "auto", **WHY}, (404, "not_found")),
        ({"plan": "starter", **WHY}, (409, "conflict")),
        ({"model_family": "code", **WHY}, (409, "conflict")),
    ):
        assert code(await user.http.post(REQUESTS, json=body)) == expected, body
    assert rows(api, "SELECT * FROM plan_requests") == []


async def test_a_plan_is_asked_for_by_slug_or_id(user: Person) -> None:
    plans = {plan["slug"]: plan for plan in (await user.http.get("/api/plans")).json()["items"]}
    by_slug = await user.http.post(REQUESTS, json={"plan": "pro", **WHY})
    by_id = await user.http.post(REQUESTS, json={"plan": plans["team"]["id"], **WHY})
    assert (by_slug.status_code, by_slug.json()["plan"], by_slug.json()["plan_name"]) == (201, "pro", "Pro")
    assert (by_id.status_code, by_id.json()["plan_name"], by_id.json()["status"]) == (201, "Team", "waiting")


async def test_the_same_thing_waits_only_once_also_when_asked_twice_at_once(api: Api, user: Person) -> None:
    body = {"model_family": "reasoning", **WHY}
    answers = await asyncio.gather(*(user.http.post(REQUESTS, json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(rows(api, "SELECT * FROM plan_requests")) == 1
    assert (await user.http.post(REQUESTS, json={"plan": "pro", **WHY})).status_code == 201


async def test_own_requests_are_listed_newest_first_and_nobody_elses(user: Person, join: Join) -> None:
    other = await join()
    await other.http.post(REQUESTS, json={"plan": "pro", **WHY})
    for body in ({"plan": "pro"}, {"plan": "team"}, {"model_family": "images"}):
        await user.http.post(REQUESTS, json={**body, **WHY})
    first = (await user.http.get(REQUESTS, params={"limit": "2"})).json()
    second = (await user.http.get(REQUESTS, params={"limit": "2", "cursor": first["next"]})).json()
    shown = [(item["plan"], item["model_family"]) for item in first["items"] + second["items"]]
    assert shown == [(None, "images"), ("team", None), ("pro", None)]
    assert second["next"] is None


async def test_a_foreign_cursor_is_refused(user: Person) -> None:
    assert (await user.http.get(REQUESTS, params={"cursor": "WzFd"})).status_code == 400
