"""The audit log over HTTP."""

from typing import Any

import httpx

from tests.fixtures.api import Api, Person

AUDIT = "/api/admin/audit"


async def listed(person: Person, **query: str) -> list[dict[str, Any]]:
    answer = await person.http.get(AUDIT, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def change_something(admin: Person, **change: object) -> httpx.Response:
    models = (await admin.http.get("/api/admin/models", params={"q": "sim-fast"})).json()["items"]
    url = f"/api/admin/models/{models[0]['id']}"
    return await admin.http.patch(url, json={"reason": "Spring clean.", **change})


async def test_people_see_nothing_of_it(api: Api, user: Person) -> None:
    assert (await api.client.get(AUDIT)).status_code == 401
    assert (await user.http.get(AUDIT)).status_code == 403


async def test_wrong_questions_are_refused(admin: Person) -> None:
    for query in ({"cursor": "x"}, {"limit": "1000"}, {"action": "a\0"}, {"actor": "x" * 300}):
        assert (await admin.http.get(AUDIT, params=query)).status_code == 400, query


async def test_changes_are_listed_newest_first_in_pages(admin: Person) -> None:
    for quality in (0.1, 0.2, 0.3):
        await change_something(admin, quality=quality)
    first = (await admin.http.get(AUDIT, params={"limit": "2", "action": "model"})).json()
    rest = (await admin.http.get(AUDIT, params={"action": "model", "cursor": first["next"]})).json()
    shown = [item["after"]["quality"] for item in first["items"] + rest["items"]]
    assert shown == [0.3, 0.2, 0.1]


async def test_filters_narrow_by_action_actor_and_subject(admin: Person) -> None:
    await change_something(admin, quality=0.1)
    for query in (
        {"action": "model.changed"},
        {"actor": admin.email[:8]},
        {"actor": str(admin.id)},
        {"subject": "sim-f"},
        {"subject": (await listed(admin, action="model.changed"))[0]["subject_id"]},
    ):
        [event] = await listed(admin, **query)
        assert (event["action"], event["reason"], event["actor_id"]) == (
            "model.changed",
            "Spring clean.",
            str(admin.id),
        ), query
    for query in ({"action": "100%"}, {"actor": "nobody"}, {"subject": "_"}):
        assert await listed(admin, **query) == [], query


async def test_support_sees_who_changed_prices_but_not_the_prices(admin: Person, support: Person) -> None:
    await change_something(admin, prices={"input": "0.7654321", "output": "2"}, quality=0.1)
    [event] = await listed(support, action="model")
    assert event["after"] == {"quality": 0.1}
    assert "0.7654321" not in (await support.http.get(AUDIT)).text
    [seen] = await listed(admin, action="model")
    assert seen["after"]["prices"]["input"] == "0.7654321"
