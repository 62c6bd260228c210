"""Requests as support finds them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.backend.desk import code, rows
from tests.backend.requests import SECRET_WORDS, admitted, attempt, settled
from tests.fixtures.api import Api, Join, Person

CALLS = "/api/admin/model-calls"


async def listed(person: Person, **query: str) -> list[dict[str, Any]]:
    answer = await person.http.get(CALLS, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def ids(person: Person, **query: str) -> list[str]:
    return [item["request_id"] for item in await listed(person, **query)]


async def test_people_see_nothing_of_it(api: Api, user: Person) -> None:
    for path in (CALLS, f"{CALLS}/{uuid4()}"):
        assert (await api.client.get(path)).status_code == 401
        assert code(await user.http.get(path)) == (403, "not_allowed")


async def test_wrong_questions_are_refused(admin: Person) -> None:
    for query in (
        {"status": "lost"},
        {"from": "yesterday"},
        {"to": "2026-11-01T00:00:00"},
        {"request_id": "7"},
        {"fell_back": "perhaps"},
        {"cursor": "x"},
        {"limit": "0"},
        {"model": "\0"},
        {"user": "\0"},
    ):
        assert code(await admin.http.get(CALLS, params=query)) == (400, "invalid_request"), query
    assert code(await admin.http.get(f"{CALLS}/{uuid4()}")) == (404, "not_found")
    assert code(await admin.http.get(f"{CALLS}/seven")) == (404, "not_found")


async def test_a_request_is_one_row_however_many_models_were_asked(api: Api, support: Person, user: Person) -> None:
    calls = [
        attempt(1, "sim-strong", "failed", final=False, latency_ms=8000, first_token_ms=None),
        attempt(2, "sim-fast", "answered", final=True, started_ms=8012, latency_ms=900, first_token_ms=8300),
    ]
    request_id = await settled(api, user, raw_cost="0.0123", assistant="code", attempts=calls)
    [row] = await listed(support)
    assert row == {
        "request_id": str(request_id),
        "created_at": row["created_at"],
        "user_id": str(user.id),
        "user_email": user.email,
        "provider": "simulator",
        "model": "sim-fast",
        "assistant": "code",
        "status": "answered",
        "attempts": 2,
        "latency_ms": 8912,
        "first_token_ms": 8300,
        "prompt_tokens": 120,
        "completion_tokens": 480,
        "raw_cost": "0.0123",
        "credits": "1.84500",
        "error_code": None,
        "purpose": "answer",
    }


async def test_running_requests_are_listed_until_they_end(api: Api, support: Person, user: Person) -> None:
    running = await admitted(api, user, models=("sim-strong", "sim-fast"), assistant="data")
    await settled(api, user)
    [newest, row] = await listed(support)
    assert (row["request_id"], row["status"], row["model"], row["provider"], row["assistant"]) == (
        str(running),
        "running",
        "sim-strong",
        "simulator",
        "data",
    )
    assert newest["status"] == "answered"
    assert row["raw_cost"] is row["credits"] is row["latency_ms"] is None
    assert await ids(support, status="running") == [str(running)]
    detail = (await support.http.get(f"{CALLS}/{running}")).json()
    assert (detail["call"]["status"], detail["attempts"], detail["cost"]) == ("running", [], None)
    assert [candidate["model"] for candidate in detail["route"]["chain"]] == ["sim-strong", "sim-fast"]


async def test_filters_narrow(api: Api, support: Person, user: Person, join: Join) -> None:
    other = await join()
    rescued = [attempt(1, "sim-strong", "failed", final=False), attempt(2, "sim-fast", "answered", final=True)]
    retried = [attempt(1, "sim-fast", "failed", final=False), attempt(2, "sim-fast", "answered", final=True)]
    slow = [attempt(1, "sim-fast", "answered", final=True, latency_ms=20_000)]
    late = [attempt(1, "sim-fast", "answered", final=True, first_token_ms=5_000)]
    failed = [attempt(1, "sim-balanced", "failed", final=True)]
    made = {
        "plain": await settled(api, user, ago=timedelta(days=2)),
        "rescued": await settled(api, user, attempts=rescued),
        "retried": await settled(api, user, attempts=retried),
        "slow": await settled(api, user, attempts=slow),
        "late": await settled(api, other, attempts=late),
        "failed": await settled(api, other, raw_cost=None, attempts=failed),
        "running": await admitted(api, other),
    }
    names = {str(id): name for name, id in made.items()}

    async def found(**query: str) -> set[str]:
        return {names[id] for id in await ids(support, **query)}

    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert await found() == set(made)
    assert await found(fell_back="true") == {"rescued"}
    assert await found(slow="true") == {"slow", "late"}
    assert await found(status="failed") == {"failed"}
    assert await found(status="running") == {"running"}
    assert await found(user=str(other.id)) == {"late", "failed", "running"}
    assert await found(user=other.email[:10].upper()) == {"late", "failed", "running"}
    assert await found(model="sim-balanced") == {"failed"}
    assert await found(provider="openai") == set()
    assert await found(provider="simulator", status="answered") == {"plain", "rescued", "retried", "slow", "late"}
    assert await found(to=yesterday) == {"plain"}
    assert await found(**{"from": yesterday}) == set(made) - {"plain"}
    assert await found(request_id=str(made["rescued"])) == {"rescued"}
    assert await found(user="%") == set()


async def test_pages_show_every_request_once_newest_first(api: Api, support: Person, user: Person) -> None:
    made = [str(await settled(api, user, raw_cost=None)) for _ in range(4)] + [str(await admitted(api, user))]
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await support.http.get(CALLS, params=query)).json()
        seen += [item["request_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_one_request_is_told_from_precheck_to_charge(api: Api, admin: Person, user: Person) -> None:
    calls = [
        attempt(1, "sim-strong", "failed", final=False, first_token_ms=None),
        attempt(2, "sim-fast", "answered", final=True, provider_request_id="req_7"),
    ]
    request_id = await settled(api, user, raw_cost="0.0123", attempts=calls)
    detail = (await admin.http.get(f"{CALLS}/{request_id}")).json()
    first, last = detail["attempts"]
    assert (first["status"], first["fault"], first["prompt_tokens"]) == ("failed", "HTTP 503", None)
    assert (last["status"], last["prompt_tokens"], last["completion_tokens"]) == ("answered", 120, 480)
    assert last["provider_request_id"] == "req_7"
    assert (detail["precheck"]["category"], detail["precheck"]["signals"]) == ("coding", ["a code block"])
    assert detail["route"]["reasons"] == ["Auto picked the assistant."]
    cost = detail["cost"]
    assert Decimal(cost["raw_cost"]) * Decimal(cost["multiplier"]) * Decimal(cost["credits_per_dollar"]) == Decimal(
        cost["display_cost"]
    )
    assert cost["factors"] == [{"name": "plan starter", "value": "1.5"}]
    assert (cost["charged"], cost["absorbed"], cost["held"]) == ("1.84500", "0.00000", "100")
    assert cost["buckets"] == [{"bucket": "output", "quantity": 480, "price": "0.8", "cost": "0.0123"}]


async def test_support_sees_the_cost_but_not_the_prices_of_its_parts(api: Api, support: Person, user: Person) -> None:
    request_id = await settled(api, user, raw_cost="0.0123")
    cost = (await support.http.get(f"{CALLS}/{request_id}")).json()["cost"]
    assert (cost["raw_cost"], cost["buckets"]) == ("0.0123", [])


async def test_a_failed_request_says_why_and_cost_nothing(api: Api, support: Person, user: Person) -> None:
    request_id = await settled(api, user, raw_cost=None, attempts=[attempt(1, "sim-fast", "failed", final=True)])
    detail = (await support.http.get(f"{CALLS}/{request_id}")).json()
    assert (detail["call"]["status"], detail["call"]["error_code"]) == ("failed", "provider_failed")
    assert detail["call"]["raw_cost"] is detail["call"]["credits"] is detail["cost"] is None


async def test_no_prompt_text_is_anywhere(api: Api, admin: Person, user: Person) -> None:
    secret = "swordfish-41"
    answer = await user.http.post("/api/ai/chat", json={"message": {"content": f"Say {secret}."}, "stream": False})
    assert answer.status_code == 200, answer.text
    assert rows(api, f"SELECT 1 FROM messages WHERE content LIKE '%{secret}%'")
    request_id = answer.json()["request_id"]
    for path in (CALLS, f"{CALLS}/{request_id}", "/api/admin/overview", "/api/admin/users", "/api/admin/audit"):
        shown = await admin.http.get(path)
        assert shown.status_code == 200
        assert secret not in shown.text
        assert SECRET_WORDS not in shown.text
