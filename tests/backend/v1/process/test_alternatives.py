"""Runner-up routes, asked and unasked, and what they cost."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from shared.paths import PROCESS
from tests.backend.desk import account, rows
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.books import books_balance, holds
from tests.fixtures.models import add_model, lift_limits

PROMPT = "Announce our new rope."
MODELS = {"dear": "400", "fair": "90", "cheap": "10"}


@pytest.fixture
async def person(api: Api, join: Join) -> Person:
    """Somebody who can use three models of different prices."""
    url = str(api.services.settings.database_url)
    lift_limits(url)
    for name, price in MODELS.items():
        add_model(url, name, upstream="sim-bench-40-0", input=price, output=price)
    await api.services.catalogue.refresh()
    return await join(plan="team", credits=10_000)


async def asked(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.http.post(PROCESS, json={"prompt": PROMPT, **fields})
    answer: dict[str, Any] = response.json()
    return answer


def paid(answer: dict[str, Any]) -> Decimal:
    """What an answer and the alternatives that were asked for cost."""
    others = [Decimal(other["cost"]) for other in answer["alternatives"] if other["requestId"] is not None]
    return sum(others, Decimal(answer["metadata"]["cost"]))


async def test_unasked_ones_are_named_with_their_cost_and_are_free(api: Api, person: Person) -> None:
    before, _ = account(api, person)
    answer = await asked(person, preferences={"preferredServices": list(MODELS)})
    after, _ = account(api, person)
    assert answer["metadata"]["model"] == "dear"
    assert [other["model"] for other in answer["alternatives"]][:2] == ["fair", "cheap"]
    own = Decimal(answer["metadata"]["cost"])
    assert before - after == own
    for other in answer["alternatives"][:2]:
        assert (other["data"], other["requestId"], other["error"]) == (None, None, None)
        assert 0 <= other["confidence"] <= 1
        assert Decimal(other["cost"]) == own * int(MODELS[other["model"]]) / 400


async def test_asked_ones_are_paid_requests_of_their_own(api: Api, person: Person) -> None:
    before, _ = account(api, person)
    answer = await asked(person, preferences={"preferredServices": list(MODELS)}, options={"alternatives": 2})
    after, ledger = account(api, person)
    both = answer["alternatives"][:2]
    assert [other["model"] for other in both] == ["fair", "cheap"]
    assert all(other["data"] and other["error"] is None for other in both)
    assert before - after == paid(answer)
    assert after == ledger
    ids = [answer["metadata"]["requestId"], *(other["requestId"] for other in both)]
    charges = rows(api, f"SELECT request_id, amount FROM ledger_entries WHERE user_id = '{person.id}' AND amount < 0")
    assert {str(row["request_id"]) for row in charges if row["request_id"] is not None} == set(ids)
    await books_balance(api)


async def test_the_same_key_pays_once(api: Api, person: Person) -> None:
    body = {"prompt": PROMPT, "preferences": {"preferredServices": list(MODELS)}, "options": {"alternatives": 1}}
    first, again = [
        (await person.http.post(PROCESS, json=body, headers={"idempotency-key": "k"})).json() for _ in range(2)
    ]
    assert first["metadata"]["requestId"] == again["metadata"]["requestId"]
    assert first["alternatives"] == again["alternatives"]
    assert account(api, person)[0] == 10_000 - paid(first)


async def test_the_same_key_at_once_pays_once(api: Api, person: Person) -> None:
    body = {"prompt": PROMPT, "preferences": {"preferredServices": list(MODELS)}, "options": {"alternatives": 2}}
    responses = await asyncio.gather(
        *(person.http.post(PROCESS, json=body, headers={"idempotency-key": "k"}) for _ in range(5))
    )
    answers = [response.json() for response in responses]
    assert {response.status_code for response in responses} == {200}
    assert len({answer["metadata"]["requestId"] for answer in answers}) == 1
    assert len({other["requestId"] for answer in answers for other in answer["alternatives"][:2]}) == 2
    assert account(api, person)[0] == 10_000 - paid(answers[0])
    await books_balance(api)


async def test_a_model_is_told_of_once_though_the_ranking_changed_since_it_was_asked(api: Api, person: Person) -> None:
    body = {"prompt": PROMPT, "options": {"model": "dear", "alternatives": 1}}
    key = {"idempotency-key": "k"}
    first = (await person.http.post(PROCESS, json=body, headers=key)).json()
    asked_first = first["alternatives"][0]["model"]
    rows(api, f"UPDATE models SET quality = 0, latency_tier = 'slow' WHERE name = '{asked_first}'")
    await api.services.catalogue.refresh()
    again = (await person.http.post(PROCESS, json=body, headers=key)).json()
    names = [other["model"] for other in again["alternatives"]]
    assert names[0] == asked_first
    assert len(names) == len(set(names))
    assert again["alternatives"][0]["cost"] == first["alternatives"][0]["cost"]


@pytest.mark.parametrize("most", ["0.05", "0.4", "1", "3", "9"])
@pytest.mark.parametrize("alternatives", [0, 2])
async def test_together_they_never_cost_more_than_allowed(
    api: Api, person: Person, most: str, alternatives: int
) -> None:
    before, _ = account(api, person)
    answer = await asked(
        person,
        preferences={"preferredServices": list(MODELS)},
        constraints={"maxCost": most},
        options={"alternatives": alternatives},
    )
    after, _ = account(api, person)
    assert before - after == paid(answer) <= Decimal(most)
    for other in answer["alternatives"]:
        assert other["error"] is None or other["data"] is None
    assert await holds(api) == 0


async def test_beside_a_model_that_was_named_the_others_are_those_the_policy_would_take(person: Person) -> None:
    services = {"preferredServices": list(MODELS)}
    answer = await asked(person, preferences=services, options={"model": "cheap", "alternatives": 1})
    assert answer["metadata"]["model"] == "cheap"
    first, second, *_ = answer["alternatives"]
    assert (first["model"], first["error"], second["model"]) == ("dear", None, "fair")
    assert first["data"]
    assert second["data"] is None


async def test_they_wait_for_each_other_where_only_one_may_be_written_at_once(api: Api, person: Person) -> None:
    rows(api, """UPDATE plans SET limits = '{"concurrent_chats": 1}'""")
    await api.services.catalogue.refresh()
    answer = await asked(person, options={"alternatives": 2})
    assert [(bool(other["data"]), other["error"]) for other in answer["alternatives"][:2]] == [(True, None)] * 2
    await books_balance(api)


async def test_what_is_asked_has_what_is_left_of_the_time(api: Api, person: Person) -> None:
    add_model(str(api.services.settings.database_url), "slow", upstream="sim-bench-400-50")
    await api.services.catalogue.refresh()
    before, _ = account(api, person)
    answer = await asked(
        person,
        preferences={"preferredServices": ["fair", "slow"]},
        constraints={"maxResponseTime": 1500},
        options={"alternatives": 1},
    )
    late = answer["alternatives"][0]
    assert (answer["success"], late["model"], late["data"]) == (True, "slow", None)
    assert (late["error"]["code"], Decimal(late["cost"])) == ("too_late", 0)
    assert before - account(api, person)[0] == Decimal(answer["metadata"]["cost"])


async def test_one_that_is_too_dear_leaves_the_answer_alone(person: Person) -> None:
    answer = await asked(
        person,
        preferences={"preferredServices": ["cheap", "dear"]},
        constraints={"maxCost": "0.6", "maxTokens": 30, "excludedServices": ["fair"]},
        options={"alternatives": 1},
    )
    assert (answer["success"], answer["metadata"]["model"]) == (True, "cheap")
    [other] = [other for other in answer["alternatives"] if other["requestId"] is not None]
    if other["model"] == "dear":
        assert (other["data"], other["error"]["code"], Decimal(other["cost"])) == (None, "model_incapable", 0)
