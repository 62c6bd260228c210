"""The desk's first screen, counted from what was written."""

from datetime import timedelta
from decimal import Decimal

from tests.backend.desk import code, rows
from tests.backend.requests import admitted, attempt, settled
from tests.fixtures.api import Api, Join, Person

OVERVIEW = "/api/admin/overview"
HEALTH = "/api/admin/providers/health"


async def test_people_see_nothing_of_it(api: Api, user: Person) -> None:
    for path in (OVERVIEW, HEALTH):
        assert (await api.client.get(path)).status_code == 401
        assert code(await user.http.get(path)) == (403, "not_allowed")


async def test_without_traffic_everything_is_zero(api: Api, support: Person) -> None:
    [models] = rows(api, "SELECT count(*) AS active FROM models WHERE active")
    found = (await support.http.get(OVERVIEW)).json()
    assert (found["calls"], found["failed"], found["fallback_rate"], found["raw_cost"]) == (0, 0, 0.0, "0")
    assert (found["active_models"], found["users"], found["expensive_users"]) == (models["active"], 2, [])
    assert found["attention"] == []


async def test_figures_are_of_the_last_day_and_of_requests_not_attempts(
    api: Api, support: Person, user: Person, join: Join
) -> None:
    other = await join()
    rescued = [attempt(1, "sim-strong", "failed", final=False), attempt(2, "sim-fast", "answered", final=True)]
    await settled(api, user, raw_cost="0.01")
    await settled(api, user, raw_cost="0.02", attempts=rescued)
    await settled(api, user, raw_cost=None, attempts=[attempt(1, "sim-fast", "failed", final=True)])
    await settled(api, other, raw_cost="0.05", ago=timedelta(days=3))
    await settled(api, other, raw_cost="9", ago=timedelta(days=31))
    await admitted(api, user)
    rows(api, "UPDATE prompt_checks SET risk_action = 'block' WHERE created_at > now() - interval '1 hour'")
    rows(
        api,
        "INSERT INTO plan_requests (organisation_id, user_id, model_family, reason, created_at) SELECT organisation_id,"
        f" id, 'images', 'x', now() - interval '2 days' FROM users WHERE id = '{user.id}'",
    )
    found = (await support.http.get(OVERVIEW)).json()
    assert (found["calls"], found["failed"]) == (3, 1)
    assert found["fallback_rate"] == 1 / 3
    assert (found["raw_cost"], Decimal(found["credits"])) == ("0.03", Decimal("4.5"))
    assert (found["active_requests"], found["waiting_requests"], found["blocked"]) == (1, 1, 4)
    assert [(row["email"], row["raw_cost"], row["calls"]) for row in found["expensive_users"]] == [
        (other.email, "0.05", 1),
        (user.email, "0.03", 2),
    ]
    assert len(found["attention"]) == 1
    assert found["attention"][0].startswith("A plan request waits longer than a day.")


async def test_a_dead_processes_request_is_not_active(api: Api, support: Person, user: Person) -> None:
    await admitted(api, user)
    rows(api, "UPDATE holds SET lease_until = now() - interval '1 second'")
    assert (await support.http.get(OVERVIEW)).json()["active_requests"] == 0


async def test_health_is_of_attempts_in_the_last_quarter_of_an_hour(api: Api, support: Person, user: Person) -> None:
    for latency in (100, 200, 300, 400):
        call = attempt(1, "sim-fast", "answered", final=True, latency_ms=latency, first_token_ms=latency // 2)
        await settled(api, user, attempts=[call])
    rescued = [
        attempt(1, "sim-strong", "failed", final=False, latency_ms=9_000),
        attempt(2, "sim-fast", "answered", final=True, started_ms=9_000, latency_ms=500, first_token_ms=9_250),
    ]
    await settled(api, user, attempts=rescued)
    await settled(api, user, ago=timedelta(minutes=16))
    found = {item["name"]: item for item in (await support.http.get(HEALTH)).json()["items"]}
    simulator = found["simulator"]
    assert (simulator["calls"], simulator["usable"]) == (6, True)
    assert simulator["error_rate"] == 1 / 6
    assert (simulator["latency_p50"], simulator["latency_p95"], simulator["first_token_p95"]) == (300, 480, 240)
    openai = found["openai"]
    assert (openai["calls"], openai["error_rate"], openai["latency_p50"]) == (0, 0.0, None)
    assert (openai["usable"], openai["why"]) == (False, "No key is set for OpenAI.")
    assert set(found) == {row["name"] for row in rows(api, "SELECT name FROM model_providers")}
