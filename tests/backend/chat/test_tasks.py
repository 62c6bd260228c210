"""Tasks that plans and assistants do not take: nothing that surely looks like one reaches a model, by any route."""

from typing import Any

import pytest

from shared.paths import (
    ANTHROPIC_MESSAGES,
    CHAT,
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    IMAGES,
    PRECHECK,
    PROCESS,
    RESPONSES,
)
from tests.backend.desk import WHY, rows
from tests.fixtures.api import Api, Person

CODE = "Write a Python function that reverses a linked list, and unit tests for it with pytest."
POEM = "Write a short poem about the harbour at night."
SAID = [{"role": "user", "content": CODE}]
ROUTES: dict[str, dict[str, Any]] = {
    CHAT: {"message": {"content": CODE}},
    f"{CHAT} ": {"messages": SAID, "stream": False, "model": "sim-fast"},
    CHAT_COMPLETIONS: {"model": "sim-fast", "messages": SAID},
    f"{CHAT_COMPLETIONS} ": {"model": "auto", "messages": SAID, "stream": True},
    COMPLETIONS: {"model": "sim-fast", "prompt": CODE},
    ANTHROPIC_MESSAGES: {"model": "sim-fast", "messages": SAID, "max_tokens": 50},
    RESPONSES: {"model": "sim-fast", "input": CODE},
    PROCESS: {"prompt": CODE},
    f"{IMAGES}/generations": {"prompt": "A lighthouse."},
}
"""Every route that reaches a model and what is asked there; embeddings answer no task."""


async def allow(admin: Person, what: str, which: str, categories: list[str] | None) -> None:
    items = (await admin.http.get(f"/api/admin/{what}")).json()["items"]
    item = next(item for item in items if which in (item.get("slug"), item.get("family")))
    answer = await admin.http.patch(f"/api/admin/{what}/{item['id']}", json={"task_categories": categories, **WHY})
    assert answer.status_code == 200, answer.text
    assert answer.json()["task_categories"] == categories


@pytest.mark.parametrize("route", ROUTES)
async def test_no_route_takes_what_the_plan_does_not(api: Api, admin: Person, user: Person, route: str) -> None:
    await allow(admin, "plans", "starter", ["chat", "writing"])
    answer = await user.http.post(route.strip(), json=ROUTES[route])
    assert answer.status_code == 403, answer.text
    assert "looks like" in answer.text
    assert "comes with the Pro plan" in answer.text
    if route != ANTHROPIC_MESSAGES:
        assert answer.json()["error"]["code"] == "plan_forbids_task"
    assert rows(api, "SELECT 1 FROM model_calls") == []
    assert rows(api, "SELECT 1 FROM holds") == []


async def test_embeddings_answer_no_task(admin: Person, user: Person) -> None:
    await allow(admin, "plans", "starter", ["writing"])
    answer = await user.http.post(EMBEDDINGS, json={"model": "sim-embedding", "input": CODE})
    assert answer.status_code == 200, answer.text


async def test_what_the_plan_takes_is_answered(admin: Person, user: Person) -> None:
    await allow(admin, "plans", "starter", ["writing"])
    answer = await user.http.post(CHAT, json={"messages": [{"role": "user", "content": POEM}], "stream": False})
    assert answer.status_code == 200, answer.text


async def test_the_precheck_says_it_before_it_is_sent(admin: Person, user: Person) -> None:
    await allow(admin, "plans", "starter", ["writing"])
    found = (await user.http.post(PRECHECK, json={"prompt": CODE})).json()
    assert found["obstacle"] == (
        "This looks like coding, which is not in your Starter plan. It comes with the Pro plan; you can request it."
    )
    assert found["affordable"] is False
    assert found["obstacle"] in found["signals"]
    assert (await user.http.post(PRECHECK, json={"prompt": POEM})).json()["obstacle"] is None


async def test_an_assistant_that_does_not_take_it_names_another_and_is_never_picked(
    admin: Person, user: Person
) -> None:
    await allow(admin, "assistants", "code", ["writing"])
    chosen = await user.http.post(CHAT, json={"messages": SAID, "assistant": "code", "stream": False})
    assert chosen.status_code == 403
    error = chosen.json()["error"]
    assert (error["code"], error["details"]["family"]) == ("assistant_refuses_task", "code")
    assert error["message"].startswith("This looks like coding, which the Code assistant does not take. Choose ")
    found = (await user.http.post(PRECHECK, json={"prompt": CODE})).json()
    assert (found["recommended_assistant"], found["obstacle"]) == (None, None)
    picked = await user.http.post(CHAT, json={"messages": SAID, "stream": False})
    assert picked.status_code == 200, picked.text
    assert "Auto picked the Code assistant" not in " ".join(picked.json()["route"]["reasons"])


async def test_null_takes_everything_again(admin: Person, user: Person) -> None:
    await allow(admin, "plans", "starter", ["writing"])
    await allow(admin, "plans", "starter", None)
    plans = {plan["slug"]: plan for plan in (await user.http.get("/api/plans")).json()["items"]}
    assert plans["starter"]["task_categories"] is None
    answer = await user.http.post(CHAT, json={"messages": SAID, "stream": False})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("categories", [[], ["gardening"], "coding", [1]])
async def test_what_is_no_list_of_tasks_is_refused(admin: Person, categories: object) -> None:
    for what in ("plans", "assistants"):
        [item, *_] = (await admin.http.get(f"/api/admin/{what}")).json()["items"]
        answer = await admin.http.patch(f"/api/admin/{what}/{item['id']}", json={"task_categories": categories, **WHY})
        assert answer.status_code == 400, answer.text


async def test_auto_has_no_tasks_of_its_own(admin: Person) -> None:
    items = (await admin.http.get("/api/admin/assistants")).json()["items"]
    auto = next(item for item in items if item["family"] == "auto")
    answer = await admin.http.patch(f"/api/admin/assistants/{auto['id']}", json={"task_categories": ["chat"], **WHY})
    assert answer.status_code == 400
