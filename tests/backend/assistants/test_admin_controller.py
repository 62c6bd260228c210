"""Assistant families as admins set them."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.backend.desk import WHY, code, events
from tests.fixtures.api import Api, Person

ASSISTANTS = "/api/admin/assistants"
NEW = {"family": "legal", "name": "Legal", "purpose": "Contracts.", "icon": "gavel", "system_prompt": "Be careful."}


async def assistant(admin: Person, family: str) -> dict[str, Any]:
    items = (await admin.http.get(ASSISTANTS)).json()["items"]
    return next(item for item in items if item["family"] == family)


async def test_only_admins_see_prompts(api: Api, user: Person, support: Person) -> None:
    for method, path in (("GET", ASSISTANTS), ("POST", ASSISTANTS), ("PATCH", f"{ASSISTANTS}/{uuid4()}")):
        body = {"json": {}} if method != "GET" else {}
        assert (await api.client.request(method, path, **body)).status_code == 401
        assert code(await user.http.request(method, path, **body)) == (403, "not_allowed")
        assert code(await support.http.request(method, path, **body)) == (403, "not_allowed")


async def test_what_is_no_assistant_is_refused(api: Api, admin: Person) -> None:
    for body in (
        {**NEW},
        {**NEW, **WHY, "family": "has space"},
        {**WHY, "family": "legal"},
        {**NEW, **WHY, "default_task_types": ["litigation"]},
        {**NEW, **WHY, "preferred_traits": ["telepathy"]},
        {**NEW, **WHY, "system_prompt": "x" * 20_001},
        {**NEW, **WHY, "system_prompt": "a\0b"},
        {**NEW, **WHY, "rank": 10**9},
        {**NEW, **WHY, "mood": "grim"},
    ):
        assert code(await admin.http.post(ASSISTANTS, json=body)) == (400, "invalid_request"), body
    assert events(api) == []


async def test_a_family_is_added_once_and_is_locked_until_a_plan_has_it(admin: Person, user: Person) -> None:
    answers = await asyncio.gather(*(admin.http.post(ASSISTANTS, json={**NEW, **WHY, "rank": 99}) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    last = (await user.http.get("/api/ai/assistants")).json()["items"][-1]
    assert (last["family"], last["locked"], last["plan"]) == ("legal", "The Starter plan does not include Legal.", None)


async def test_a_change_counts_from_the_next_request_on(api: Api, admin: Person, user: Person) -> None:
    code_assistant = await assistant(admin, "code")
    url = f"{ASSISTANTS}/{code_assistant['id']}"
    answer = await admin.http.patch(url, json={"system_prompt": "Rhyme.", "enabled": False, **WHY})
    assert answer.json() == {**code_assistant, "system_prompt": "Rhyme.", "enabled": False}
    assert "code" not in {item["family"] for item in (await user.http.get("/api/ai/assistants")).json()["items"]}
    [event] = events(api)
    assert (event["action"], event["subject"]) == ("assistant.changed", "code")
    assert event["after"] == {"system_prompt": "Rhyme.", "enabled": False}
    again = await admin.http.patch(url, json={"system_prompt": "Rhyme.", **WHY})
    assert (again.status_code, len(events(api))) == (200, 1)


async def test_auto_and_families_stay_what_they_are(admin: Person) -> None:
    auto, general = await assistant(admin, "auto"), await assistant(admin, "general")
    for row, change in (
        (auto, {"enabled": False}),
        (auto, {"system_prompt": "Hello."}),
        (general, {"family": "common"}),
    ):
        answer = await admin.http.patch(f"{ASSISTANTS}/{row['id']}", json={**change, **WHY})
        assert code(answer) == (400, "invalid_request"), change
    assert (await admin.http.patch(f"{ASSISTANTS}/{auto['id']}", json={"name": "By itself", **WHY})).status_code == 200
    assert code(await admin.http.patch(f"{ASSISTANTS}/{uuid4()}", json=WHY)) == (404, "not_found")
