"""Reading and applying model lists over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend.catalogue.imports import fetch
from tests.backend.catalogue.imports.listing import AUTO, CLAUDE, LLAMA, Lister, add_provider, entry, listing
from tests.backend.desk import code, events, rows
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.models import lift_limits
from tests.fixtures.streams import ask

IMPORTS = "/api/admin/imports"
WHY = {"reason": "The provider's list."}
CHEAP = {"prompt": "0.000002"}
LIST = {"data": [CLAUDE, LLAMA, AUTO]}


class Router:
    """A provider, and an admin who reads its list."""

    def __init__(self, api: Api, admin: Person, lister: Lister, id: UUID) -> None:
        self.api, self.admin, self.lister, self.id = api, admin, lister, id

    async def ask(self) -> httpx.Response:
        return await self.admin.http.post(f"/api/admin/providers/{self.id}/imports", json={})

    async def read(self, *pages: object) -> dict[str, Any]:
        self.lister.pages = list(pages) or self.lister.pages
        answer = await self.ask()
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def apply(self, found: dict[str, Any], *keys: str, **choice: Any) -> httpx.Response:
        body = {**WHY, **({"lines": list(keys)} if keys else {}), **choice}
        return await self.admin.http.post(f"{IMPORTS}/{found['id']}/apply", json=body)

    def models(self) -> dict[str, dict[str, Any]]:
        query = f"SELECT * FROM models WHERE provider_id = '{self.id}'"
        return {row["name"]: row for row in rows(self.api, query)}

    def prices(self, model: str) -> list[tuple[int, str, str]]:
        query = f"SELECT * FROM model_prices WHERE model_id = '{self.models()[model]['id']}' ORDER BY version"
        return [(row["version"], str(row["input"]), str(row["output"])) for row in rows(self.api, query)]


@pytest.fixture
async def router(api: Api, admin: Person) -> AsyncIterator[Router]:
    async with listing(LIST) as lister:
        id = add_provider(str(api.services.settings.database_url), lister.base_url)
        await api.services.catalogue.refresh()
        yield Router(api, admin, lister, id)


@pytest.fixture
async def filled(router: Router) -> Router:
    """With the two priced models, and Claude turned on."""
    found = await router.read()
    assert (await router.apply(found, all=True)).status_code == 200
    body = {"active": True, **WHY}
    id = router.models()[CLAUDE["id"]]["id"]
    assert (await router.admin.http.post(f"/api/admin/models/{id}/activate", json=body)).status_code == 200
    return router


class TestReading:
    async def test_an_unknown_provider_is_not_found(self, admin: Person) -> None:
        answer = await admin.http.post(f"/api/admin/providers/{uuid4()}/imports", json={})
        assert code(answer) == (404, "not_found")

    async def test_a_provider_that_cannot_be_called_is_said_so(self, admin: Person) -> None:
        providers = (await admin.http.get("/api/admin/providers")).json()["items"]
        openai = next(each for each in providers if each["name"] == "openai")
        answer = await admin.http.post(f"/api/admin/providers/{openai['id']}/imports", json={})
        assert code(answer) == (409, "conflict")
        assert answer.json()["error"]["message"] == "The model list cannot be read: No key is set for OpenAI."

    @pytest.mark.parametrize(
        ("status", "page", "said"),
        [
            (401, {"error": {"message": "Invalid key."}}, "Invalid key."),
            (500, {"error": {"message": "Out of order."}}, "Out of order."),
            (200, b"<html>", "it is not a list of models"),
            (200, {"error": "no"}, "it has neither `data` nor `models`"),
            (200, {"data": [{"id": "m"}] * 6000}, "it has more than 5,000 models"),
        ],
    )
    async def test_what_the_provider_does_wrong_is_one_sentence(
        self, router: Router, status: int, page: object, said: str
    ) -> None:
        router.lister.status, router.lister.pages = status, [page]
        answer = await router.ask()
        assert code(answer) == (502, "provider_failed")
        message = answer.json()["error"]["message"]
        assert message.startswith("The model list of Router could not be read: ")
        assert said in message
        assert message.endswith(".")
        assert rows(router.api, "SELECT 1 FROM catalogue_imports") == []

    async def test_a_silent_provider_takes_only_its_time(self, router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetch, "LIST_SECONDS", 0.2)
        router.lister.pages = [None]
        assert code(await router.ask()) == (504, "provider_timeout")

    async def test_nothing_is_changed_by_reading(self, router: Router) -> None:
        before = rows(router.api, "SELECT version FROM catalogue_version")
        found = await router.read()
        assert [line["key"] for line in found["lines"]] == [
            f"new:{CLAUDE['id']}",
            f"new:{LLAMA['id']}",
            "new:openrouter/auto",
        ]
        assert found["counts"]["new"] == 3
        assert router.models() == {}
        assert rows(router.api, "SELECT version FROM catalogue_version") == before
        assert "change" not in found["lines"][0]

    async def test_an_import_is_kept_and_audited(self, router: Router) -> None:
        first, second = await router.read(), await router.read({"data": []})
        page = (await router.admin.http.get(IMPORTS, params={"provider": "router", "limit": 1})).json()
        assert [item["id"] for item in page["items"]] == [second["id"]]
        rest = (await router.admin.http.get(IMPORTS, params={"cursor": page["next"]})).json()
        assert [item["id"] for item in rest["items"]] == [first["id"]]
        assert rest["items"][0]["created_by"] == router.admin.email
        assert (await router.admin.http.get(f"{IMPORTS}/{first['id']}")).json() == first
        assert (await router.admin.http.get(IMPORTS, params={"provider": "openai"})).json()["items"] == []
        assert code(await router.admin.http.get(f"{IMPORTS}/{uuid4()}")) == (404, "not_found")
        event = events(router.api, "models.listed")[0]
        assert (event["subject"], event["after"]["import"], event["after"]["new"]) == ("router", first["id"], 3)

    async def test_old_readings_go_unless_something_was_applied(self, router: Router) -> None:
        kept = await router.read()
        await router.apply(kept, f"new:{LLAMA['id']}")
        await router.read()
        rows(router.api, "UPDATE catalogue_imports SET created_at = now() - interval '91 days'")
        newest = await router.read()
        left = rows(router.api, "SELECT id FROM catalogue_imports ORDER BY id")
        assert [str(row["id"]) for row in left] == [kept["id"], newest["id"]]


class TestApplying:
    async def test_a_choice_names_lines_or_all(self, router: Router) -> None:
        found = await router.read()
        for choice in ({}, {"lines": []}, {"lines": ["new:nobody"]}, {"lines": [f"new:{LLAMA['id']}"], "all": True}):
            assert code(await router.apply(found, **choice)) == (400, "invalid_request")
        assert code(await router.apply({"id": uuid4()}, all=True)) == (404, "not_found")
        assert router.models() == {}

    async def test_new_models_are_off_and_priced(self, router: Router) -> None:
        applied = (await router.apply(await router.read(), f"new:{CLAUDE['id']}")).json()
        (model,) = router.models().values()
        assert (model["name"], model["upstream_name"], model["active"]) == (CLAUDE["id"], CLAUDE["id"], False)
        assert (model["display_name"], model["family"]) == ("Anthropic: Claude Sonnet 4.5", "claude")
        assert (model["context_window"], model["max_output_tokens"]) == (1_000_000, 64_000)
        assert (model["capabilities"], model["supports_images"]) == (["json", "reasoning", "tools", "vision"], True)
        assert model["source"].startswith("Router's model list of 20")
        assert router.prices(CLAUDE["id"]) == [(1, "3", "15")]
        assert [line["applied"] for line in applied["lines"]] == [True, False, False]
        assert applied["applications"][0]["by"] == router.admin.email
        assert applied["applications"][0]["lines"] == [f"new:{CLAUDE['id']}"]
        assert events(router.api, "model.added")[0]["reason"] == WHY["reason"]
        assert events(router.api, "models.imported")[0]["after"]["new"] == 1

    async def test_a_model_without_a_price_cannot_be_turned_on(self, router: Router) -> None:
        await router.apply(await router.read(), "new:openrouter/auto")
        id = router.models()["openrouter/auto"]["id"]
        answer = await router.admin.http.post(f"/api/admin/models/{id}/activate", json={"active": True, **WHY})
        assert code(answer) == (409, "model_unpriced")

    async def test_applied_twice_it_changes_nothing_the_second_time(self, router: Router) -> None:
        found = await router.read()
        first = (await router.apply(found, all=True)).json()
        before = (router.models(), rows(router.api, "SELECT * FROM model_prices"), events(router.api))
        assert (await router.apply(found, all=True)).json() == first
        assert (router.models(), rows(router.api, "SELECT * FROM model_prices"), events(router.api)) == before
        again = await router.read()
        assert (again["lines"], again["counts"]["unchanged"]) == ([], 3)

    async def test_at_once_it_is_applied_once(self, router: Router) -> None:
        found = await router.read()
        answers = await asyncio.gather(*(router.apply(found, all=True) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(events(router.api, "model.added")) == 3
        assert len(events(router.api, "models.imported")) == 1

    async def test_lines_can_be_applied_one_after_another(self, router: Router) -> None:
        found = await router.read()
        for line in found["lines"]:
            assert (await router.apply(found, line["key"])).status_code == 200
        assert len(router.models()) == 3

    async def test_a_stale_import_is_refused_whole(self, filled: Router) -> None:
        found = await filled.read({"data": [entry(pricing=CHEAP), LLAMA, AUTO, entry(id="vendor/fresh")]})
        id = filled.models()[CLAUDE["id"]]["id"]
        body = {"prices": {"input": "9", "output": "9"}, **WHY}
        assert (await filled.admin.http.patch(f"/api/admin/models/{id}", json=body)).status_code == 200
        before = filled.models()
        answer = await filled.apply(found, all=True)
        assert code(answer) == (409, "conflict")
        assert "Read it again" in answer.json()["error"]["message"]
        assert filled.models() == before
        assert filled.prices(CLAUDE["id"]) == [(1, "3", "15"), (2, "9", "9")]

    async def test_a_list_of_yesterday_is_refused(self, router: Router) -> None:
        found = await router.read()
        rows(router.api, "UPDATE catalogue_imports SET created_at = now() - interval '25 hours'")
        assert code(await router.apply(found, all=True)) == (409, "conflict")

    async def test_a_name_taken_meanwhile_takes_everything_back(self, router: Router, admin: Person) -> None:
        found = await router.read()
        providers = (await admin.http.get("/api/admin/providers")).json()["items"]
        facts = {"display_name": "X", "family": "x", "context_window": 9, "max_output_tokens": 9, **WHY}
        body = {"provider_id": providers[0]["id"], "name": LLAMA["id"], **facts}
        assert (await admin.http.post("/api/admin/models", json=body)).status_code == 201
        assert code(await router.apply(found, all=True)) == (409, "conflict")
        assert router.models() == {}

    async def test_suspicious_and_gone_lines_have_to_be_named(self, filled: Router) -> None:
        steep = entry(pricing={"prompt": "0.00009", "completion": "0"})
        found = await filled.read({"data": [steep, AUTO]})
        prices, gone = f"prices:{CLAUDE['id']}", f"gone:{LLAMA['id']}"
        assert [line["key"] for line in found["lines"]] == [prices, gone]
        assert found["lines"][0]["suspicious"] == "The price for input moves by more than 10 times."
        assert found["counts"]["suspicious"] == 1
        assert (await filled.apply(found, all=True)).json()["applications"] == []
        assert filled.prices(CLAUDE["id"]) == [(1, "3", "15")]
        assert (await filled.apply(found, prices, gone)).status_code == 200
        assert filled.prices(CLAUDE["id"]) == [(1, "3", "15"), (2, "90", "0")]
        assert filled.models()[LLAMA["id"]]["tags"] == ["gone"]

    async def test_a_gone_model_is_turned_off_and_kept(self, filled: Router) -> None:
        found = await filled.read({"data": [LLAMA, AUTO]})
        assert (await filled.apply(found, f"gone:{CLAUDE['id']}")).status_code == 200
        model = filled.models()[CLAUDE["id"]]
        assert (model["active"], model["tags"]) == (False, ["gone"])
        assert filled.prices(CLAUDE["id"]) == [(1, "3", "15")]
        assert (await filled.read(LIST))["lines"][0]["facts"] == [
            {"field": "tags", "old": "gone", "new": None, "factor": None}
        ]

    async def test_details_follow_and_a_tag_of_somebody_is_kept(self, filled: Router) -> None:
        changed = entry(context_length=200_000, supported_parameters=["max_tokens"])
        found = await filled.read({"data": [changed, LLAMA, AUTO]})
        id = filled.models()[CLAUDE["id"]]["id"]
        await filled.admin.http.patch(f"/api/admin/models/{id}", json={"tags": ["ours"], **WHY})
        assert (await filled.apply(found, all=True)).status_code == 200
        model = filled.models()[CLAUDE["id"]]
        assert (model["context_window"], model["capabilities"], model["tags"]) == (200_000, ["vision"], ["ours"])
        assert model["active"]

    async def test_calls_already_made_keep_their_price(self, filled: Router, join: Join) -> None:
        lift_limits(str(filled.api.services.settings.database_url))
        person = await join()
        await ask(person, "Good morning", model=CLAUDE["id"])
        (before,) = rows(filled.api, "SELECT * FROM cost_records")
        of_first = (
            f"SELECT * FROM model_prices WHERE model_id = '{filled.models()[CLAUDE['id']]['id']}' AND version = 1"
        )
        (version,) = rows(filled.api, of_first)
        found = await filled.read({"data": [entry(pricing={"prompt": "0.000006"}), LLAMA, AUTO]})
        assert (await filled.apply(found, all=True)).status_code == 200
        assert rows(filled.api, "SELECT * FROM cost_records") == [before]
        assert rows(filled.api, of_first) == [version]
        assert before["price_version"] == version["version"] == 1
        await ask(person, "Good evening", model=CLAUDE["id"])
        _, after = rows(filled.api, "SELECT * FROM cost_records ORDER BY created_at")
        assert after["price_version"] == 2
        assert after["raw_cost"] > before["raw_cost"]

    async def test_this_process_decides_by_the_new_prices_at_once(self, filled: Router) -> None:
        await filled.apply(await filled.read({"data": [entry(pricing=CHEAP), LLAMA, AUTO]}), all=True)
        model = filled.api.services.catalogue.current.model(CLAUDE["id"])
        assert model is not None
        assert model.price is not None
        assert (str(model.price.input), model.price.version) == ("2", 2)
