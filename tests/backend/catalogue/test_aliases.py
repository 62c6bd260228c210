"""Names that stand for models, as an admin sets them and a chat means them."""

from uuid import uuid4

import pytest

from tests.backend.desk import code
from tests.fixtures.api import Join, Person

ALIASES = "/api/admin/aliases"


async def name(admin: Person, alias: str, target: str, organisation: object = None) -> None:
    body = {"alias": alias, "target": target, "organisation_id": organisation, "reason": "an unchanged client"}
    answer = await admin.http.post(ALIASES, json=body)
    assert answer.status_code == 200, answer.text


async def answering(person: Person, model: str) -> str:
    """Which model answers to a name."""
    body = {"messages": [{"role": "user", "content": "hello"}], "model": model, "stream": False}
    answer = await person.http.post("/api/ai/chat", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["model"])


@pytest.mark.parametrize(
    ("alias", "target"),
    [("gpt-x", "no-such-model"), ("gpt-x", "assistant:nobody"), ("auto", "sim-fast"), ("assistant:code", "sim-fast")],
)
async def test_what_means_nothing_is_refused(admin: Person, alias: str, target: str) -> None:
    answer = await admin.http.post(ALIASES, json={"alias": alias, "target": target, "reason": "try"})
    assert code(answer) == (400, "invalid_request")


async def test_of_an_organisation_that_is_not_there_is_refused(admin: Person) -> None:
    body = {"alias": "gpt-x", "target": "sim-fast", "organisation_id": str(uuid4()), "reason": "try"}
    assert code(await admin.http.post(ALIASES, json=body)) == (400, "invalid_request")


async def test_an_organisations_own_goes_before_that_of_all(admin: Person, join: Join) -> None:
    one, other = await join(), await join()
    own = (await one.http.get("/v1/auth/me")).json()["organisation"]["id"]
    await name(admin, "gpt-3.5-turbo", "sim-fast")
    await name(admin, "gpt-3.5-turbo", "sim-balanced", own)
    assert await answering(one, "gpt-3.5-turbo") == "sim-balanced"
    assert await answering(other, "gpt-3.5-turbo") == "sim-fast"


async def test_it_can_stand_for_the_policys_choice_or_an_assistant(admin: Person, join: Join) -> None:
    person = await join()
    await name(admin, "anything", "auto")
    await name(admin, "helper", "assistant:general")
    for alias in ("anything", "helper"):
        assert (await answering(person, alias)).startswith("sim-")


async def test_once_removed_it_stands_for_itself_again(admin: Person, join: Join) -> None:
    person = await join()
    await name(admin, "gpt-3.5-turbo", "sim-fast")
    row = next(a for a in (await admin.http.get(ALIASES)).json()["items"] if a["alias"] == "gpt-3.5-turbo")
    gone = await admin.http.delete(f"{ALIASES}/{row['id']}", params={"reason": "no longer"})
    assert gone.status_code == 204
    assert code(await admin.http.delete(f"{ALIASES}/{row['id']}", params={"reason": "again"})) == (404, "not_found")
    body = {"messages": [{"role": "user", "content": "hello"}], "model": "gpt-3.5-turbo", "stream": False}
    assert code(await person.http.post("/api/ai/chat", json=body)) == (404, "not_found")
    events = (await admin.http.get("/api/admin/audit", params={"action": "alias"})).json()["items"]
    assert {event["action"] for event in events} == {"alias.set", "alias.removed"}
