"""Providers as everybody sees them."""

from typing import Any

from backend.catalogue.defaults import default_catalogue
from backend.policy.choose import Health
from backend.providers.circuits import CircuitState
from shared.paths import PROVIDERS, PROVIDERS_HEALTH
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.programs import program


async def listed(person: Person, path: str) -> dict[str, dict[str, Any]]:
    answer = await person.http.get(path)
    assert answer.status_code == 200, answer.text
    assert "http" not in answer.text
    assert "key_" not in answer.text
    return {item["name"]: item for item in answer.json()["items"]}


async def test_nobody_and_no_key_without_the_scope_sees_them(api: Api, user: Person) -> None:
    async with program(user, scopes=["chat"]) as mute, program(user, scopes=["models"]) as seeing:
        for path in (PROVIDERS, PROVIDERS_HEALTH):
            assert (await api.client.get(path)).status_code == 401
            assert (await mute.http.get(path)).json()["error"]["code"] == "not_allowed"
            assert (await seeing.http.get(path)).status_code == 200


async def test_all_are_listed_with_what_keeps_them_from_being_called(user: Person, join: Join) -> None:
    found = await listed(user, PROVIDERS)
    assert set(found) == {provider.name for provider in default_catalogue().providers}
    assert found["simulator"] == {
        "name": "simulator",
        "display_name": "Simulator",
        "status": "available",
        "why": None,
        "model_count": found["simulator"]["model_count"],
        "collects_data": False,
    }
    assert (found["openai"]["status"], found["openai"]["why"]) == ("unavailable", "No key is set for OpenAI.")
    assert found["openai"]["model_count"] == 0
    more = await listed(await join(plan="team"), PROVIDERS)
    assert more["simulator"]["model_count"] > found["simulator"]["model_count"] > 0


async def test_a_key_counts_the_models_it_may_ask(user: Person) -> None:
    async with program(user, allowed_models=["sim-fast"]) as script:
        items = (await script.http.get(PROVIDERS)).json()["items"]
    assert {item["name"]: item["model_count"] for item in items if item["model_count"]} == {"simulator": 1}


async def test_a_circuit_is_told_in_words(api: Api, user: Person) -> None:
    before = (await listed(user, PROVIDERS_HEALTH))["simulator"]
    assert (before["state"], before["message"]) == ("working", "Simulator answers.")
    simulator = next(p for p in api.services.catalogue.current.providers if p.name == "simulator")
    for endpoint in simulator.endpoints:
        api.services.health[endpoint.id] = Health(circuit=CircuitState.OPEN, reason="http://secret", retry_in=2.5)
    after = (await listed(user, PROVIDERS_HEALTH))["simulator"]
    assert (after["state"], after["retry_after"]) == ("failing", 3)
    assert (await listed(user, PROVIDERS_HEALTH))["openai"]["state"] == "unavailable"
