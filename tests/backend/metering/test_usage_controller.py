"""Usage over HTTP agrees with the ledger."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import psycopg

from tests.backend.requests import admitted, attempt, settled
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.programs import program

YEAR = {"from": (datetime.now(UTC) - timedelta(days=300)).date().isoformat()}


async def usage(person: Person, **query: str) -> dict[str, Any]:
    answer = await person.http.get("/api/usage", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def charged_by_ledger(api: Api, person: Person) -> Decimal:
    with psycopg.connect(str(api.services.settings.database_url)) as connection:
        row = connection.execute(
            "SELECT coalesce(-sum(amount), 0) FROM ledger_entries WHERE user_id = %s AND kind = 'charge'", (person.id,)
        ).fetchone()
    assert row is not None
    return Decimal(row[0])


async def test_wrong_questions_are_refused(api: Api, user: Person) -> None:
    assert (await api.client.get("/api/usage")).status_code == 401
    for query in (
        {"from": "2026-11-01T00:00:00"},
        {"from": "never"},
        {"from": "2020-01-01"},
        {"from": "2026-11-21", "to": "2026-11-01"},
        {"group_by": "hour"},
        {"to": "x" * 41},
        {"from": "\0"},
    ):
        answer = await user.http.get("/api/usage", params=query)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request"), query


async def test_somebody_who_used_nothing_sees_zeros_and_the_grant(user: Person) -> None:
    found = await usage(user)
    assert (found["balance"], found["granted"], found["items"], found["by_day_and_assistant"]) == (
        "1000",
        "1000",
        [],
        [],
    )
    assert found["total"] == {"credits": "0", "calls": 0, "failed": 0, "prompt_tokens": 0, "completion_tokens": 0}
    assert found["limits"]["requests_per_minute"] == 20


async def test_figures_agree_with_the_ledger_to_the_last_digit(api: Api, user: Person) -> None:
    for cost in ("0.0123", "0.000000000001", "0.3333333333", "0"):
        await settled(api, user, raw_cost=cost)
    found = await usage(user, group_by="model")
    total = Decimal(found["total"]["credits"])
    assert total == charged_by_ledger(api, user) == Decimal("0.3456333333010") * 150
    assert Decimal(found["balance"]) == 1000 - total
    assert sum(Decimal(item["credits"]) for item in found["items"]) == total
    assert sum(Decimal(item["credits"]) for item in found["by_day_and_assistant"]) == total


async def test_what_a_running_answer_holds_cannot_be_spent(api: Api, user: Person) -> None:
    await admitted(api, user, hold=Decimal("12.5"))
    assert (await usage(user))["balance"] == "987.5"


async def test_grouping_by_model_assistant_and_day(api: Api, user: Person) -> None:
    strong = [attempt(1, "sim-strong", "answered", final=True)]
    await settled(api, user, raw_cost="0.01", assistant="code")
    await settled(api, user, raw_cost="0.02", assistant="writing", attempts=strong)
    await settled(api, user, raw_cost="0.04", assistant="writing", ago=timedelta(days=40))

    def shown(found: dict[str, Any]) -> list[tuple[str, str, int]]:
        return [(item["label"], item["credits"], item["calls"]) for item in found["items"]]

    assert shown(await usage(user, group_by="model", **YEAR)) == [
        ("Simulated fast", "7.500", 2),
        ("Simulated strong", "3.000", 1),
    ]
    assert shown(await usage(user, group_by="assistant", **YEAR)) == [("Code", "1.500", 1), ("Writing", "9.000", 2)]
    days = await usage(user, **YEAR)
    then, today = ((datetime.now(UTC) - timedelta(days=ago)).date().isoformat() for ago in (40, 0))
    assert [item["key"] for item in days["items"]] == [then, today]
    assert {"day": then, "assistant": "writing", "credits": "6.000"} in days["by_day_and_assistant"]
    assert days["items"][1]["prompt_tokens"] == 240


async def test_a_period_holds_its_first_moment_and_not_its_last(api: Api, user: Person) -> None:
    request_id = await settled(api, user)
    with psycopg.connect(str(api.services.settings.database_url)) as connection:
        row = connection.execute("SELECT created_at FROM usage_records WHERE request_id = %s", (request_id,)).fetchone()
    assert row is not None
    at = row[0].astimezone(UTC)
    just_before, later = (at - timedelta(hours=1)).isoformat(), (at + timedelta(hours=1)).isoformat()
    assert (await usage(user, **{"from": at.isoformat(), "to": later}))["total"]["calls"] == 1
    assert (await usage(user, **{"from": just_before, "to": at.isoformat()}))["total"]["calls"] == 0


async def test_failed_requests_are_counted_apart_once_each(api: Api, user: Person) -> None:
    both = [attempt(1, "sim-fast", "failed", final=False), attempt(2, "sim-strong", "failed", final=True)]
    rescued = [attempt(1, "sim-fast", "failed", final=False), attempt(2, "sim-strong", "answered", final=True)]
    cut = [attempt(1, "sim-fast", "failed", final=True)]
    await settled(api, user, raw_cost=None, attempts=both)
    await settled(api, user, attempts=rescued)
    await settled(api, user, attempts=cut)
    total = (await usage(user))["total"]
    assert (total["calls"], total["failed"]) == (2, 1)


async def test_nobody_sees_what_others_used(api: Api, user: Person, join: Join) -> None:
    await settled(api, user)
    other = await join()
    assert (await usage(other))["total"]["calls"] == 0


async def test_no_raw_cost_price_or_factor_is_shown(api: Api, user: Person) -> None:
    await settled(api, user, raw_cost="0.0123")
    text = (await user.http.get("/api/usage", params={"group_by": "model"})).text
    for secret in ("raw_cost", "multiplier", "price", "0.0123", "factor"):
        assert secret not in text


async def test_an_account_that_slept_through_the_turn_of_the_month_shows_the_new_grant(api: Api, user: Person) -> None:
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute(
            "UPDATE credit_accounts SET period = period - interval '1 month', day = day - 40 WHERE user_id = %s",
            (user.id,),
        )
    await settled(api, user, raw_cost=None)
    assert (await usage(user))["balance"] == "1000"


async def test_a_program_sees_what_it_used_and_may_ask_for_more(api: Api, user: Person) -> None:
    body = {"messages": [{"role": "user", "content": "hi"}], "model": "sim-fast", "stream": False}
    async with (
        program(user, name="one") as one,
        program(user, name="other") as other,
        program(user, scopes=["chat"]) as blind,
    ):
        assert (await blind.http.get("/v1/usage")).status_code == 403
        for asking in (one.http, one.http, other.http, user.http):
            assert (await asking.post("/api/ai/chat", json=body)).status_code == 200

        async def calls(http: httpx.AsyncClient, **query: str) -> int:
            answer = await http.get("/v1/usage", params=query)
            assert answer.status_code == 200, answer.text
            return int(answer.json()["total"]["calls"])

        assert [await calls(one.http), await calls(other.http), await calls(user.http)] == [2, 1, 4]
        assert [await calls(one.http, api_key=str(other.id)), await calls(user.http, api_key=str(one.id))] == [1, 2]
        by_model = (await one.http.get("/v1/usage", params={"group_by": "model"})).json()
        assert [(item["key"], item["calls"]) for item in by_model["items"]] == [("sim-fast", 2)]
        native = (await user.http.get("/api/usage")).json()
        assert native == (await user.http.get("/v1/usage")).json()
        assert native["total"]["calls"] == 4
