"""The desk of risks: rules, what they would have changed, and the second tier."""

import asyncio
from typing import Any

import psycopg
import pytest

from backend.settings import Settings
from shared.precheck import RiskCategory
from tests.backend.desk import WHY, code, events, rows
from tests.backend.precheck.risk.sentry import DOUBTFUL, HARMLESS, send
from tests.fixtures.api import Api, Person
from tests.fixtures.models import lift_limits

POLICIES, GUARD = "/api/admin/risk-policies", "/api/admin/risk-guard"
ALL = {"low": "allow", "medium": "allow", "high": "allow"}
BLOCK = {"low": "block", "medium": "block", "high": "block"}


def rule(category: str = "violence", **more: Any) -> dict[str, Any]:
    return {"category": category, **ALL, **more, **WHY}


async def listed(admin: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await admin.http.get(POLICIES)).json()["items"]
    return items


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"category": "rudeness"},
            {"low": "shout"},
            {"family": "nobody"},
            {"plan": "nobody"},
            {"family": ""},
            {"odd": 1},
            {"reason": ""},
            {"category": "sexual_minors", "low": "warn", "medium": "warn", "high": "warn"},
            {"category": "sexual_minors", "low": "warn", "medium": "warn", "high": "guard"},
            {"category": "sexual_minors", "low": "allow", "medium": "warn", "high": "block"},
            {"category": "self_harm", "low": "allow", "medium": "allow", "high": "block"},
            {"category": "self_harm", "low": "allow", "medium": "warn", "high": "allow"},
        ],
    )
    async def test_what_cannot_be_a_rule_changes_nothing(self, api: Api, admin: Person, wrong: dict[str, Any]) -> None:
        before = await listed(admin)
        refused = await admin.http.put(POLICIES, json={**rule(), **wrong})
        assert code(refused) == (400, "invalid_request")
        assert await listed(admin) == before
        assert events(api, "risk_rule.set") == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"kind": "magic"},
            {"kind": "moderation"},
            {"kind": "moderation", "provider": "nobody"},
            {"kind": "moderation", "provider": "anthropic"},
            {"kind": "chat"},
            {"kind": "chat", "model": "nobody"},
            {"kind": "chat", "model": "sim-image"},
            {"kind": "chat", "model": "sim-fast", "provider": "simulator"},
            {"kind": "chat", "model": "sim-fast", "time_limit": 0},
            {"kind": "chat", "model": "sim-fast", "time_limit": 31},
            {"kind": "chat", "model": "sim-fast", "on_failure": "shrug"},
            {"kind": "chat", "model": "sim-fast", "format": "prose"},
        ],
    )
    async def test_what_could_not_be_asked_is_no_guard(self, admin: Person, wrong: dict[str, Any]) -> None:
        assert code(await admin.http.put(GUARD, json={**wrong, **WHY})) == (400, "invalid_request")
        assert (await admin.http.get(GUARD)).json()["kind"] == "off"

    async def test_a_model_without_prices_is_none(self, admin: Person, settings: Settings) -> None:
        with psycopg.connect(str(settings.database_url), autocommit=True) as connection:
            connection.execute(
                "DELETE FROM model_prices WHERE model_id = (SELECT id FROM models WHERE name = 'sim-fast')"
            )
        refused = await admin.http.put(GUARD, json={"kind": "chat", "model": "sim-fast", **WHY})
        assert "no prices" in refused.json()["error"]["message"]


class TestRules:
    async def test_without_any_what_fairlead_comes_with_applies(self, admin: Person) -> None:
        items = await listed(admin)
        assert [item["category"] for item in items] == [category.value for category in RiskCategory]
        assert {item["id"] for item in items} == {None}
        violence = items[0]
        assert (violence["low"], violence["medium"], violence["high"]) == ("allow", "warn", "block")

    async def test_one_takes_effect_on_the_next_request_and_goes_again(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        assert (await send(user)).status_code == 422
        made = (await admin.http.put(POLICIES, json=rule())).json()
        assert (await send(user)).status_code == 200
        assert (await admin.http.put(POLICIES, json=rule())).json()["id"] == made["id"]
        gone = await admin.http.delete(f"{POLICIES}/{made['id']}", params=WHY)
        assert gone.status_code == 204
        assert (await send(user)).status_code == 422
        assert (await admin.http.delete(f"{POLICIES}/{made['id']}", params=WHY)).status_code == 404
        assert [event["action"] for event in events(api) if event["subject_kind"] == "risk_rule"] == [
            "risk_rule.set",
            "risk_rule.removed",
        ]

    async def test_the_plan_and_the_family_count(self, api: Api, admin: Person, user: Person) -> None:
        await admin.http.put(POLICIES, json=rule(plan="pro"))
        assert (await send(user)).status_code == 422
        await admin.http.put(POLICIES, json=rule(plan="starter", family="writing"))
        assert (await send(user, assistant="writing")).status_code == 200
        assert (await send(user, assistant="code")).status_code == 422
        checks = rows(api, "SELECT family, plan, risk_action FROM prompt_checks ORDER BY created_at DESC LIMIT 2")
        assert [(c["family"], c["plan"], c["risk_action"]) for c in checks] == [
            ("code", "starter", "block"),
            ("writing", "starter", "allow"),
        ]

    async def test_a_rule_goes_with_its_plan(self, api: Api, admin: Person) -> None:
        plan = {"slug": "trial", "name": "Trial", "monthly_credits": "10", "families": ["general"], "max_context": 1000}
        assert (await admin.http.post("/api/admin/plans", json={**plan, **WHY})).status_code == 201
        assert (await admin.http.put(POLICIES, json=rule(plan="trial"))).status_code == 200
        rows(api, "DELETE FROM plans WHERE slug = 'trial'")
        assert [item for item in await listed(admin) if item["plan"] is not None] == []
        assert (await api.services.catalogue.refresh()).risks.rules == ()

    async def test_those_written_at_once_are_one(self, api: Api, admin: Person) -> None:
        answers = await asyncio.gather(*(admin.http.put(POLICIES, json=rule(**BLOCK)) for _ in range(4)))
        assert {answer.status_code for answer in answers} == {200}
        assert len(rows(api, "SELECT 1 FROM risk_rules")) == 1
        assert len(events(api, "risk_rule.set")) == 1


class TestPreview:
    async def test_it_says_what_would_have_been_decided_differently_and_changes_nothing(
        self, admin: Person, user: Person, settings: Settings
    ) -> None:
        lift_limits(str(settings.database_url))
        for words in (DOUBTFUL, DOUBTFUL, HARMLESS):
            await send(user, words)
        await user.http.post("/api/ai/precheck", json={"prompt": DOUBTFUL})  # typed, not sent
        wanted = {name: value for name, value in rule().items() if name != "reason"}
        found = (await admin.http.post(f"{POLICIES}/preview", json=wanted)).json()
        assert found == {
            "days": 7,
            "checks": 3,
            "changed": 2,
            "shifts": [{"before": "block", "after": "allow", "checks": 2}],
        }
        other = (await admin.http.post(f"{POLICIES}/preview", json={**wanted, "plan": "pro"})).json()
        assert other["changed"] == 0
        assert (await send(user)).status_code == 422


class TestGuard:
    async def test_it_is_off_until_it_is_set_and_the_change_is_recorded(self, api: Api, admin: Person) -> None:
        assert (await admin.http.get(GUARD)).json() == {
            "kind": "off",
            "provider": None,
            "model": None,
            "format": "llama_guard",
            "time_limit": 2.0,
            "on_failure": "open",
        }
        wanted = {"kind": "chat", "model": "sim-fast", "format": "json", "time_limit": 1.5, "on_failure": "closed"}
        assert (await admin.http.put(GUARD, json={**wanted, **WHY})).status_code == 200
        assert (await admin.http.get(GUARD)).json() == {**wanted, "provider": None}
        assert (await admin.http.put(GUARD, json={**wanted, **WHY})).status_code == 200
        [event] = events(api, "risk_guard.set")
        assert event["after"] == wanted
        assert api.services.catalogue.current.guard.kind == "chat"
