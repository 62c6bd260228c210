"""Models, providers and factors over HTTP."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from backend.catalogue.defaults import default_catalogue
from tests.backend.desk import WHY, code, events, rows
from tests.fixtures.api import Api, Person

MODELS = "/api/admin/models"
PROVIDERS = "/api/admin/providers"
MULTIPLIERS = "/api/admin/multipliers"


async def model(person: Person, name: str) -> dict[str, Any]:
    answer = await person.http.get(MODELS, params={"q": name})
    return next(item for item in answer.json()["items"] if item["name"] == name)


async def provider(person: Person, name: str) -> dict[str, Any]:
    answer = await person.http.get(PROVIDERS)
    return next(item for item in answer.json()["items"] if item["name"] == name)


async def new_model(person: Person, **facts: object) -> httpx.Response:
    given = {
        "provider_id": (await provider(person, "simulator"))["id"],
        "name": "house/own-1",
        "display_name": "Own 1",
        "family": "own",
        "context_window": 8000,
        "max_output_tokens": 1000,
        **WHY,
        **facts,
    }
    body = {name: value for name, value in given.items() if value is not None}
    return await person.http.post(MODELS, json=body)


ROUTES = (
    ("GET", MODELS),
    ("POST", MODELS),
    ("PATCH", f"{MODELS}/{uuid4()}"),
    ("POST", f"{MODELS}/{uuid4()}/activate"),
    ("GET", PROVIDERS),
    ("POST", PROVIDERS),
    ("PATCH", f"{PROVIDERS}/{uuid4()}"),
    ("POST", f"{PROVIDERS}/{uuid4()}/endpoints"),
    ("PATCH", f"{PROVIDERS}/{uuid4()}/endpoints/{uuid4()}"),
    ("GET", MULTIPLIERS),
    ("POST", MULTIPLIERS),
)


async def test_only_admins_configure(api: Api, user: Person, support: Person) -> None:
    for method, path in ROUTES:
        body = {"json": {}} if method != "GET" else {}
        assert (await api.client.request(method, path, **body)).status_code == 401, path
        assert code(await user.http.request(method, path, **body)) == (403, "not_allowed"), path
        assert code(await support.http.request(method, path, **body)) == (403, "not_allowed"), path


class TestListing:
    async def test_what_is_no_filter_is_refused(self, admin: Person) -> None:
        for query in ({"state": "broken"}, {"limit": "0"}, {"limit": "201"}, {"limit": "9" * 40}, {"cursor": "x"}):
            assert (await admin.http.get(MODELS, params=query)).status_code == 400

    async def test_pages_show_every_model_once_by_provider_and_name(self, admin: Person) -> None:
        seen: list[tuple[str, str]] = []
        cursor = None
        while True:
            query = {"limit": "9"} | ({"cursor": cursor} if cursor else {})
            page = (await admin.http.get(MODELS, params=query)).json()
            seen += [(item["provider"], item["name"]) for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == sorted(seen)
        assert len(seen) == len(set(seen)) == len(default_catalogue().models)

    async def test_filters_narrow(self, api: Api, admin: Person) -> None:
        async def names(**query: str) -> set[str]:
            answer = await admin.http.get(MODELS, params={"limit": "200", **query})
            return {item["name"] for item in answer.json()["items"]}

        rows(
            api,
            "INSERT INTO model_prices (model_id, version, input) SELECT id, 2, 1 FROM models WHERE name = 'gpt-5.5'",
        )
        assert await names(state="active") == {
            "sim-fast", "sim-balanced", "sim-strong", "sim-reasoning", "sim-embedding", "sim-image",
        }  # fmt: skip
        assert await names(state="missing") == {"gpt-5.5"}
        assert "gpt-5.5" in await names(state="off", provider="openai")
        assert await names(q="OPUS") == {"claude-opus-4-8"}
        assert await names(q="100%_\\") == set()
        assert await names(q="%") == set()
        assert await names(provider="nobody") == set()

    async def test_a_model_says_what_keeps_it_from_answering(self, admin: Person) -> None:
        ready, keyless = await model(admin, "sim-fast"), await model(admin, "gpt-5-mini")
        assert (ready["usable"], ready["why"], ready["price_missing"]) == (True, None, [])
        assert (keyless["usable"], keyless["why"]) == (False, "No key is set for OpenAI.")
        assert keyless["prices"]["input"] == "0.25"
        assert ready["multiplier"] == "1"
        assert ready["calls_7_days"] == 0


class TestActivation:
    async def test_an_unknown_model_is_not_found(self, admin: Person) -> None:
        answer = await admin.http.post(f"{MODELS}/{uuid4()}/activate", json={"active": True, **WHY})
        assert code(answer) == (404, "not_found")
        assert (await admin.http.post(f"{MODELS}/7/activate", json={"active": True, **WHY})).status_code == 404

    async def test_a_change_needs_a_readable_reason(self, api: Api, admin: Person) -> None:
        for body in [
            {},
            {"active": True},
            {"active": True, "reason": ""},
            {"active": "yes", **WHY},
            {"active": True, "reason": "x" * 501},
            {"active": True, "typo": 1, **WHY},
            {"active": True, "reason": "a\0b"},
        ]:
            own = await model(admin, "gpt-5-mini")
            answer = await admin.http.post(f"{MODELS}/{own['id']}/activate", json=body)
            assert code(answer) == (400, "invalid_request"), body
            assert not (await model(admin, "gpt-5-mini"))["active"]
            assert events(api, "model.activated") == []

    async def test_a_model_without_its_prices_is_refused(self, api: Api, admin: Person) -> None:
        made = (await new_model(admin, prices={"input": "1"})).json()
        answer = await admin.http.post(f"{MODELS}/{made['id']}/activate", json={"active": True, **WHY})
        assert code(answer) == (409, "model_unpriced")
        assert answer.json()["error"]["details"]["missing"] == ["output"]
        assert made["why"] == "No price is set for output."
        assert events(api, "model.activated") == []

    async def test_a_toggle_counts_in_this_process_at_once_and_raises_the_version(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        own = await model(admin, "sim-fast")
        before = api.services.catalogue.current.version
        off = await admin.http.post(f"{MODELS}/{own['id']}/activate", json={"active": False, "reason": "Too dear."})
        assert (off.status_code, off.json()["active"], off.json()["why"]) == (200, False, "Turned off.")
        assert api.services.catalogue.current.version > before
        assert "sim-fast" not in {item["name"] for item in (await user.http.get("/api/ai/models")).json()["items"]}
        [event] = events(api, "model.deactivated")
        assert (event["reason"], event["subject"], event["actor"]) == ("Too dear.", "sim-fast", admin.email)
        assert (event["before"], event["after"]) == ({"active": True}, {"active": False})

    async def test_a_toggle_to_what_is_already_so_changes_nothing(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        before = rows(api, "SELECT version FROM catalogue_version")
        answer = await admin.http.post(f"{MODELS}/{own['id']}/activate", json={"active": True, **WHY})
        assert answer.status_code == 200
        assert rows(api, "SELECT version FROM catalogue_version") == before
        assert events(api, "model.activated") == []

    async def test_two_admins_at_once_leave_one_event(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        url, body = f"{MODELS}/{own['id']}/activate", {"active": False, **WHY}
        answers = await asyncio.gather(*(admin.http.post(url, json=body) for _ in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(events(api, "model.deactivated")) == 1


class TestModels:
    async def test_a_new_model_must_be_whole(self, admin: Person) -> None:
        for absent in ("provider_id", "name", "display_name", "family", "context_window", "max_output_tokens"):
            answer = await new_model(admin, **{absent: None})
            assert code(answer) == (400, "invalid_request")
            assert absent in answer.json()["error"]["message"]

    async def test_what_no_model_has_is_refused_and_nothing_is_written(self, api: Api, admin: Person) -> None:
        for facts in [
            {"provider_id": str(uuid4())},
            {"name": "has space"},
            {"name": "../etc"},
            {"context_window": 0},
            {"context_window": 10**9},
            {"max_output_tokens": 8001},
            {"quality": 1.5},
            {"capabilities": ["telepathy"]},
            {"model_type": "video"},
            {"latency_tier": "instant"},
            {"display_name": "a\0b"},
            {"prices": {"input": "-1", "output": "1"}},
            {"prices": {"input": "10000.01", "output": "1"}},
            {"prices": {"input": "NaN", "output": "1"}},
            {"prices": {"input": "Infinity", "output": "1"}},
            {"prices": {"input": "1e-19", "output": "1"}},
            {"prices": {"input": "one", "output": "1"}},
        ]:
            assert code(await new_model(admin, **facts)) == (400, "invalid_request"), facts
        assert rows(api, "SELECT 1 FROM models WHERE family = 'own'") == []
        assert events(api, "model.added") == []

    async def test_a_name_is_given_once_also_when_two_ask_at_once(self, api: Api, admin: Person) -> None:
        answers = await asyncio.gather(*(new_model(admin) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert len(rows(api, "SELECT 1 FROM models WHERE name = 'house/own-1'")) == 1

    async def test_a_new_model_is_off_and_known_to_the_snapshot(self, api: Api, admin: Person) -> None:
        answer = await new_model(admin, prices={"input": "1.25", "output": "2.5"}, tags=["own", "own"])
        made = answer.json()
        assert answer.status_code == 201
        assert (made["active"], made["price_version"], made["tags"]) == (False, 1, ["own"])
        assert made["upstream_name"] == "house/own-1"
        assert made["source"] == f"Added by {admin.email}."
        found = api.services.catalogue.current.model("house/own-1")
        assert found is not None
        assert found.price is not None
        assert found.price.output == Decimal("2.5")

    async def test_prices_become_a_new_version_and_the_old_one_stays(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        url = f"{MODELS}/{own['id']}"
        changed = await admin.http.patch(url, json={"prices": {"input": "0.30", "output": "0.90"}, **WHY})
        assert changed.status_code == 200
        assert changed.json()["price_version"] == 2
        assert changed.json()["prices"]["cached_input"] is None
        versions = rows(api, f"SELECT version, input FROM model_prices WHERE model_id = '{own['id']}' ORDER BY version")
        assert versions == [{"version": 1, "input": Decimal("0.20")}, {"version": 2, "input": Decimal("0.30")}]
        [event] = events(api, "model.changed")
        assert event["before"]["prices"] == {"input": "0.2", "cached_input": "0.05", "output": "0.8"}
        assert event["after"]["prices"] == {"input": "0.3", "output": "0.9"}

    async def test_the_same_prices_again_are_no_new_version(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        prices = {"input": "0.2000", "cached_input": "0.050", "output": "0.8"}
        answer = await admin.http.patch(f"{MODELS}/{own['id']}", json={"prices": prices, **WHY})
        assert answer.json()["price_version"] == 1
        assert events(api, "model.changed") == []

    async def test_two_admins_pricing_at_once_make_two_versions(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        url = f"{MODELS}/{own['id']}"
        answers = await asyncio.gather(
            *(admin.http.patch(url, json={"prices": {"input": str(n), "output": "1"}, **WHY}) for n in range(1, 5))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert sorted(answer.json()["price_version"] for answer in answers) == [2, 3, 4, 5]

    async def test_an_active_model_cannot_lose_its_price(self, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        url = f"{MODELS}/{own['id']}"
        assert code(await admin.http.patch(url, json={"prices": {"input": "1"}, **WHY})) == (409, "model_unpriced")
        assert code(await admin.http.patch(url, json={"model_type": "image", "prices": {"output": "1"}, **WHY})) == (
            409,
            "model_unpriced",
        )
        assert (await model(admin, "sim-fast"))["price_version"] == 1

    async def test_a_model_keeps_its_name(self, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        url = f"{MODELS}/{own['id']}"
        assert (await admin.http.patch(url, json={"name": "other", **WHY})).status_code == 400
        assert (await admin.http.patch(url, json={"name": "sim-fast", **WHY})).status_code == 200
        assert code(await admin.http.patch(f"{MODELS}/{uuid4()}", json=WHY)) == (404, "not_found")

    async def test_only_what_is_named_changes(self, api: Api, admin: Person) -> None:
        own = await model(admin, "sim-fast")
        answer = await admin.http.patch(f"{MODELS}/{own['id']}", json={"quality": 0.5, "tags": [], **WHY})
        assert answer.json() == {**own, "quality": 0.5, "tags": []}
        [event] = events(api, "model.changed")
        assert (event["before"], event["after"]) == (
            {"quality": 0.4, "tags": ["simulated", "fast"]},
            {"quality": 0.5, "tags": []},
        )


class TestProviders:
    async def add(self, admin: Person, **facts: object) -> httpx.Response:
        given = {"name": "house", "dialect": "openai", "api_base_url": "https://api.example.com/v1", **WHY, **facts}
        return await admin.http.post(
            PROVIDERS, json={name: value for name, value in given.items() if value is not None}
        )

    async def test_what_cannot_be_called_is_refused(self, api: Api, admin: Person) -> None:
        for facts in [
            {"name": None},
            {"dialect": None},
            {"api_base_url": None},
            {"dialect": "smoke-signals"},
            {"api_base_url": "http://api.example.com"},
            {"api_base_url": "https://user:pw@api.example.com"},
            {"api_base_url": "https://127.0.0.1/v1"},
            {"api_key": "two words"},
            {"api_key": "sk-\u00e9"},
            {"api_key": "sk\r\nx-evil: 1"},
            {"api_key": ""},
        ]:
            assert code(await self.add(admin, **facts)) == (400, "invalid_request"), facts
            assert rows(api, "SELECT 1 FROM model_providers WHERE name = 'house'") == []

    async def test_a_name_is_given_once(self, admin: Person) -> None:
        answers = await asyncio.gather(*(self.add(admin) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]

    async def test_a_key_is_sealed_used_and_never_shown(self, api: Api, admin: Person) -> None:
        answer = await self.add(admin, api_key=" sk-very-secret ")
        made = answer.json()
        assert answer.status_code == 201
        assert (made["has_key"], made["key_source"], made["usable"]) == (True, "stored", True)
        [stored] = rows(api, "SELECT key_ciphertext FROM model_providers WHERE name = 'house'")
        assert b"sk-very-secret" not in stored["key_ciphertext"]
        held = next(p for p in api.services.catalogue.current.providers if p.name == "house")
        assert held.api_key == "sk-very-secret"
        everything = (await admin.http.get(PROVIDERS)).text + (await admin.http.get("/api/admin/audit")).text
        assert "sk-very-secret" not in everything + answer.text

    async def test_a_key_can_be_replaced_and_removed(self, api: Api, admin: Person) -> None:
        url = f"{PROVIDERS}/{(await self.add(admin, api_key='sk-1')).json()['id']}"
        replaced = await admin.http.patch(url, json={"api_key": "sk-2", **WHY})
        removed = await admin.http.patch(url, json={"api_key": None, **WHY})
        assert replaced.json()["key_source"] == "stored"
        assert (removed.json()["key_source"], removed.json()["why"]) == ("none", "No key is set for house.")
        changes = [(event["before"], event["after"]) for event in events(api, "provider.changed")]
        assert changes == [
            ({"key": "stored"}, {"key": "stored anew"}),
            ({"key": "stored"}, {"key": "removed"}),
        ]

    async def test_on_the_private_network_a_provider_may_do_without_a_key(self, admin: Person) -> None:
        answer = await self.add(admin, api_base_url="http://10.0.0.5:8000/v1/", allow_private_network=True)
        made = answer.json()
        assert (made["api_base_url"], made["key_source"], made["usable"]) == (
            "http://10.0.0.5:8000/v1",
            "not_needed",
            True,
        )
        back = await admin.http.patch(f"{PROVIDERS}/{made['id']}", json={"allow_private_network": False, **WHY})
        assert code(back) == (400, "invalid_request")

    async def test_turning_a_provider_off_takes_its_models_away(self, api: Api, admin: Person, user: Person) -> None:
        simulator = await provider(admin, "simulator")
        answer = await admin.http.patch(f"{PROVIDERS}/{simulator['id']}", json={"status": "disabled", **WHY})
        assert answer.json()["why"] == "Simulator is turned off."
        assert (await user.http.get("/api/ai/models")).json()["items"] == []

    async def test_moving_a_provider_moves_its_endpoint(self, api: Api, admin: Person) -> None:
        made = (await self.add(admin)).json()
        url = f"{PROVIDERS}/{made['id']}"
        moved = await admin.http.patch(url, json={"api_base_url": "https://other.example.com", **WHY})
        assert moved.json()["api_base_url"] == "https://other.example.com"
        ends = rows(api, f"SELECT base_url FROM provider_endpoints WHERE provider_id = '{made['id']}'")
        assert ends == [{"base_url": "https://other.example.com"}]

    async def test_what_settings_decide_of_the_simulator_is_not_changed_here(self, admin: Person) -> None:
        simulator = await provider(admin, "simulator")
        for change in ({"api_base_url": "https://elsewhere.example.com"}, {"name": "other"}, {"api_key": "sk-1"}):
            answer = await admin.http.patch(f"{PROVIDERS}/{simulator['id']}", json={**change, **WHY})
            assert code(answer) == (400, "invalid_request")
        assert await provider(admin, "simulator") == simulator

    async def test_an_unknown_provider_is_not_found(self, admin: Person) -> None:
        assert code(await admin.http.patch(f"{PROVIDERS}/{uuid4()}", json=WHY)) == (404, "not_found")


class TestMultipliers:
    async def test_what_cannot_be_meant_is_refused(self, api: Api, admin: Person) -> None:
        for wanted in [
            {"kind": "plan", "target": "gold", "factor": "1"},
            {"kind": "model", "target": "sim-nothing", "factor": "1"},
            {"kind": "family", "target": "starter", "factor": "1"},
            {"kind": "planet", "target": "starter", "factor": "1"},
            {"kind": "plan", "target": "starter", "factor": "-0.1"},
            {"kind": "plan", "target": "starter", "factor": "1000.1"},
            {"kind": "plan", "target": "starter", "factor": "NaN"},
            {"kind": "plan", "target": "starter", "factor": "1.0000001"},
            {"kind": "plan", "target": "starter"},
            {"kind": "model", "target": "a\0b", "factor": "1"},
        ]:
            assert code(await admin.http.post(MULTIPLIERS, json={**wanted, **WHY})) == (400, "invalid_request"), wanted
        assert events(api, "multiplier.set") == []

    async def test_a_factor_is_set_and_then_changed(self, api: Api, admin: Person) -> None:
        wanted = {"kind": "model", "target": "sim-fast", **WHY}
        await admin.http.post(MULTIPLIERS, json={**wanted, "factor": "1.4"})
        answer = await admin.http.post(MULTIPLIERS, json={**wanted, "factor": "0.95"})
        assert (answer.status_code, answer.json()["factor"]) == (200, "0.95")
        assert api.services.catalogue.current.multiplier("model", "sim-fast") == Decimal("0.95")
        assert (await model(admin, "sim-fast"))["multiplier"] == "0.95"
        assert [(event["before"], event["after"]) for event in events(api, "multiplier.set")] == [
            (None, {"factor": "1.4"}),
            ({"factor": "1.4"}, {"factor": "0.95"}),
        ]

    async def test_two_admins_at_once_set_one_factor(self, api: Api, admin: Person) -> None:
        wanted = {"kind": "family", "target": "code", **WHY}
        answers = await asyncio.gather(
            *(admin.http.post(MULTIPLIERS, json={**wanted, "factor": str(n)}) for n in range(1, 6))
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len(rows(api, "SELECT 1 FROM multipliers WHERE kind = 'family'")) == 1
        assert [item["kind"] for item in (await admin.http.get(MULTIPLIERS)).json()["items"]] == [
            "family", "plan", "plan", "plan",
        ]  # fmt: skip


class TestEndpoints:
    async def added(self, admin: Person, base_url: str, name: str = "openai", **more: object) -> httpx.Response:
        path = f"{PROVIDERS}/{(await provider(admin, name))['id']}/endpoints"
        return await admin.http.post(path, json={"base_url": base_url, **WHY, **more})

    async def test_addresses_that_cannot_be_are_refused(self, admin: Person) -> None:
        for base_url in ("http://eu.openai.example/v1", "https://10.0.0.1/v1", "https://a:b@x.example", "nonsense", ""):
            assert code(await self.added(admin, base_url)) == (400, "invalid_request"), base_url
        assert code(await self.added(admin, "https://api.openai.com/v1/")) == (409, "conflict")
        assert code(await self.added(admin, "https://x.example/v1", name="simulator")) == (400, "invalid_request")
        body = {"base_url": "https://x.example/v1", **WHY}
        assert code(await admin.http.post(f"{PROVIDERS}/{uuid4()}/endpoints", json=body)) == (404, "not_found")

    async def test_one_more_is_tried_after_the_others_and_audited(self, api: Api, admin: Person) -> None:
        answer = await self.added(admin, "https://eu.openai.example/v1/", region="Europe")
        assert answer.status_code == 201, answer.text
        assert [e["base_url"] for e in answer.json()["endpoints"]] == [
            "https://api.openai.com/v1",
            "https://eu.openai.example/v1",
        ]
        openai = next(p for p in api.services.catalogue.current.providers if p.name == "openai")
        assert openai.endpoints[1].base_url == "https://eu.openai.example/v1"
        [event] = events(api, "provider.endpoint_added")
        assert event["after"] == {"base_url": "https://eu.openai.example/v1", "region": "Europe"}

    async def test_there_is_an_end_to_it(self, admin: Person) -> None:
        for n in range(15):
            assert (await self.added(admin, f"https://x{n}.example/v1")).status_code == 201
        assert code(await self.added(admin, "https://y.example/v1")) == (409, "conflict")

    async def test_one_is_turned_off_but_not_the_last(self, api: Api, admin: Person) -> None:
        added = (await self.added(admin, "https://eu.openai.example/v1")).json()
        first, second = (f"{PROVIDERS}/{added['id']}/endpoints/{e['id']}" for e in added["endpoints"])
        off = {"enabled": False, **WHY}
        answer = await admin.http.patch(first, json=off)
        assert [e["enabled"] for e in answer.json()["endpoints"]] == [False, True]
        assert code(await admin.http.patch(second, json=off)) == (409, "conflict")
        assert (await admin.http.patch(first, json=off)).status_code == 200
        assert (await admin.http.patch(first, json={"enabled": True, **WHY})).status_code == 200
        assert [e["action"] for e in events(api)] == [
            "provider.endpoint_added",
            "provider.endpoint_disabled",
            "provider.endpoint_enabled",
        ]

    async def test_another_providers_endpoint_is_not_found(self, admin: Person) -> None:
        groq, openai = await provider(admin, "groq"), await provider(admin, "openai")
        path = f"{PROVIDERS}/{openai['id']}/endpoints/{groq['endpoints'][0]['id']}"
        assert code(await admin.http.patch(path, json={"enabled": False, **WHY})) == (404, "not_found")

    async def test_a_provider_cannot_move_to_an_address_it_has(self, admin: Person) -> None:
        added = (await self.added(admin, "https://eu.openai.example/v1")).json()
        body = {"api_base_url": "https://eu.openai.example/v1", **WHY}
        assert code(await admin.http.patch(f"{PROVIDERS}/{added['id']}", json=body)) == (409, "conflict")

    async def test_a_private_address_keeps_the_private_network_allowed(self, admin: Person) -> None:
        path = f"{PROVIDERS}/{(await provider(admin, 'openai'))['id']}"
        assert (await admin.http.patch(path, json={"allow_private_network": True, **WHY})).status_code == 200
        assert (await self.added(admin, "http://10.0.0.1/v1")).status_code == 201
        answer = await admin.http.patch(path, json={"allow_private_network": False, **WHY})
        assert code(answer) == (400, "invalid_request")


class TestLimits:
    async def test_seconds_nobody_means_are_refused(self, admin: Person) -> None:
        path = f"{MODELS}/{(await model(admin, 'sim-fast'))['id']}"
        for limits in ({"connect": 0}, {"first_token": 601}, {"first_byte": "soon"}, {"total": 5}, {"conect": 5}, None):
            assert code(await admin.http.patch(path, json={"limits": limits, **WHY})) == (400, "invalid_request")

    async def test_they_replace_all_and_hold_for_the_next_call(self, api: Api, admin: Person) -> None:
        path = f"{MODELS}/{(await model(admin, 'sim-fast'))['id']}"
        first = {"first_token": 60, "inter_token": 30.5}
        answer = await admin.http.patch(path, json={"limits": first, **WHY})
        none = {"connect": None, "first_byte": None, "first_token": None, "inter_token": None}
        assert answer.json()["limits"] == {**none, **first}
        await admin.http.patch(path, json={"limits": {"connect": 2}, **WHY})
        known = api.services.catalogue.current.model("sim-fast")
        assert known is not None
        assert (known.limits.connect, known.limits.first_token) == (2, 10)
        changes = events(api, "model.changed")
        assert changes[1]["before"] == {"limits": first}
        assert changes[1]["after"] == {"limits": {"connect": 2}}
