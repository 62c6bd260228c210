"""POST /api/ai/precheck: what a prompt would cost, by whom, and what can be paid."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest

from shared.paths import CHAT, PRECHECK
from tests.backend.desk import WHY
from tests.fixtures.api import Api, Person

ESSAY = "Write a detailed essay about the history of the harbour, with a chapter for every century since 1200."


async def estimate(person: Person, prompt: str = ESSAY) -> dict[str, Any]:
    answer = await person.http.post(PRECHECK, json={"prompt": prompt})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found["estimate"] | {"affordable": found["affordable"]}


def leave(api: Api, person: Person, credits: str) -> None:
    """Lets somebody have so many credits."""
    with psycopg.connect(str(api.services.settings.database_url), autocommit=True) as connection:
        connection.execute("UPDATE credit_accounts SET balance = %s WHERE user_id = %s", (credits, person.id))


async def test_nothing_can_be_paid_without_credits(api: Api, user: Person) -> None:
    await estimate(user)
    leave(api, user, "0")
    found = await estimate(user)
    assert (found["affordable"], found["affordable_max_tokens"], Decimal(found["spendable"])) == (False, 0, 0)
    assert found["runner_up"]["affordable"] is False


async def test_a_shorter_answer_that_can_be_paid_is_told_and_admitted(api: Api, user: Person) -> None:
    found = await estimate(user)
    assert found["affordable_max_tokens"] is None
    leave(api, user, str(Decimal(found["credits_high"]) / 2))
    short = await estimate(user)
    most = short["affordable_max_tokens"]
    assert 16 <= most < 2048
    body = {"messages": [{"role": "user", "content": ESSAY}], "params": {"max_tokens": most}, "stream": False}
    answer = await user.http.post(CHAT, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["route"]["max_tokens"] == most


async def test_caps_of_the_plan_count_as_well(api: Api, admin: Person, user: Person) -> None:
    [plan] = [p for p in (await admin.http.get("/api/admin/plans")).json()["items"] if p["slug"] == "starter"]
    for cap in ("credits_per_request", "credits_per_day"):
        changed = await admin.http.patch(f"/api/admin/plans/{plan['id']}", json={"limits": {cap: "0.001"}, **WHY})
        assert changed.status_code == 200, changed.text
        found = await estimate(user)
        assert Decimal(found["spendable"]) == Decimal("0.001")
        assert found["affordable_max_tokens"] is not None


async def test_the_next_model_is_told_beside_the_first(user: Person) -> None:
    found = await estimate(user)
    assert found["model"] != found["runner_up"]["model"]
    assert 0 < Decimal(found["runner_up"]["credits_low"]) <= Decimal(found["runner_up"]["credits_high"])
    assert found["runner_up"]["affordable"] is True
    assert set(found["runner_up"]) == {"model", "credits_low", "credits_high", "affordable"}


@pytest.mark.parametrize("prompt", ["hi", "\u8239" * 5000, "x" * 100_000])
async def test_the_low_end_is_never_above_the_high_end(user: Person, prompt: str) -> None:
    found = await estimate(user, prompt)
    assert Decimal(found["credits_low"]) <= Decimal(found["credits_high"])
