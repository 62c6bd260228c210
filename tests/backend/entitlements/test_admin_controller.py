"""Plans, entitlements and plan requests as admins handle them."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx

from shared.accounts import UserRole
from tests.backend.desk import WHY, account, code, events, rows
from tests.backend.requests import settled
from tests.fixtures.api import Api, Join, Person

PLANS = "/api/admin/plans"
ENTITLEMENTS = "/api/admin/entitlements"
REQUESTS = "/api/admin/plan-requests"


async def ask(person: Person, **what: str) -> str:
    answer = await person.http.post("/api/plan-requests", json={**what, "reason": "The audit needs it."})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def decide(admin: Person, request_id: str, **decision: str) -> httpx.Response:
    return await admin.http.post(f"{REQUESTS}/{request_id}/decide", json=decision)


async def families(person: Person) -> set[str]:
    items = (await person.http.get("/api/ai/assistants")).json()["items"]
    return {item["family"] for item in items if item["locked"] is None}


async def test_only_admins_decide_and_configure(api: Api, user: Person, support: Person) -> None:
    for method, path in (
        ("GET", PLANS),
        ("POST", PLANS),
        ("PATCH", f"{PLANS}/{uuid4()}"),
        ("GET", ENTITLEMENTS),
        ("PATCH", ENTITLEMENTS),
        ("GET", REQUESTS),
        ("POST", f"{REQUESTS}/{uuid4()}/decide"),
    ):
        body = {"json": {}} if method != "GET" else {}
        assert (await api.client.request(method, path, **body)).status_code == 401, path
        assert code(await user.http.request(method, path, **body)) == (403, "not_allowed"), path
        assert code(await support.http.request(method, path, **body)) == (403, "not_allowed"), path


class TestDeciding:
    async def test_a_decision_that_says_too_much_or_too_little_is_refused(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        request_id = await ask(user, plan="pro")
        for decision, expected in (
            ({}, (400, "invalid_request")),
            ({"decision": "perhaps"}, (400, "invalid_request")),
            ({"decision": "decline"}, (400, "invalid_request")),
            ({"decision": "decline", "note": "  "}, (400, "invalid_request")),
            ({"decision": "decline", "note": "No.", "plan": "pro"}, (400, "invalid_request")),
            ({"decision": "approve", "plan": "pro", "model_family": "code"}, (400, "invalid_request")),
            ({"decision": "approve", "plan": "gold"}, (404, "not_found")),
            ({"decision": "approve", "model_family": "poetry"}, (404, "not_found")),
            ({"decision": "approve", "note": "x" * 501}, (400, "invalid_request")),
            ({"decision": "approve", "note": "a\0b"}, (400, "invalid_request")),
        ):
            assert code(await decide(admin, request_id, **decision)) == expected, decision
        assert code(await decide(admin, str(uuid4()), decision="approve")) == (404, "not_found")
        assert rows(api, "SELECT status FROM plan_requests") == [{"status": "waiting"}]
        assert account(api, user) == (1000, 1000)

    async def test_an_approved_plan_counts_at_once_with_its_credits(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        request_id = await ask(user, plan="pro")
        before = rows(api, f"SELECT version FROM users WHERE id = '{user.id}'")
        answer = await decide(admin, request_id, decision="approve", note="Welcome.")
        decided = answer.json()
        assert (answer.status_code, decided["status"], decided["decided_by"]) == (200, "approved", "Mara Lindqvist")
        assert "reasoning" in await families(user)
        assert account(api, user) == (5000, 5000)
        assert rows(api, f"SELECT version FROM users WHERE id = '{user.id}'") != before
        [event] = events(api, "plan_request.approved")
        assert (event["subject"], event["reason"], event["actor"]) == (user.email, "Welcome.", admin.email)
        assert (event["before"], event["after"]) == ({"plan": "starter"}, {"plan": "pro"})
        [own] = (await user.http.get("/api/plan-requests")).json()["items"]
        assert (own["status"], own["note"]) == ("approved", "Welcome.")

    async def test_an_approved_family_is_added_beside_the_plan(self, api: Api, admin: Person, user: Person) -> None:
        assert "reasoning" not in await families(user)
        await decide(admin, await ask(user, model_family="reasoning"), decision="approve")
        await decide(admin, await ask(user, model_family="images"), decision="approve")
        assert {"reasoning", "images", "code"} <= await families(user)
        [row] = rows(api, f"SELECT overrides FROM user_entitlements WHERE user_id = '{user.id}'")
        assert row["overrides"] == {"extra_families": ["reasoning", "images"]}
        assert account(api, user) == (1000, 1000)
        first, second = events(api, "plan_request.approved")
        assert first["after"] == {"extra_families": ["reasoning"]}
        assert (second["before"], second["after"]) == (
            {"extra_families": ["reasoning"]},
            {"extra_families": ["reasoning", "images"]},
        )

    async def test_something_else_than_was_asked_for_can_be_granted(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        answer = await decide(admin, await ask(user, plan="team"), decision="approve", model_family="reasoning")
        assert answer.json()["user_plan"] == "starter"
        assert "reasoning" in await families(user)
        answer = await decide(admin, await ask(user, model_family="images"), decision="approve", plan="team")
        assert answer.json()["user_plan"] == "team"
        assert account(api, user) == (20_000, 20_000)

    async def test_declining_leaves_everything_but_the_answer(self, api: Api, admin: Person, user: Person) -> None:
        answer = await decide(admin, await ask(user, plan="team"), decision="decline", note="Not this year.")
        assert (answer.json()["status"], answer.json()["user_plan"]) == ("declined", "starter")
        assert account(api, user) == (1000, 1000)
        [event] = events(api, "plan_request.declined")
        assert (event["before"], event["after"], event["reason"]) == (None, None, "Not this year.")
        assert (await user.http.post("/api/plan-requests", json={"plan": "team", **WHY})).status_code == 201

    async def test_two_admins_at_once_decide_once(self, api: Api, user: Person, join: Join) -> None:
        admins = [await join(role=UserRole.ADMIN) for _ in range(2)]
        request_id = await ask(user, plan="pro")
        answers = await asyncio.gather(
            *(decide(admin, request_id, decision="approve") for admin in admins),
            *(decide(admin, request_id, decision="decline", note="No.") for admin in admins),
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        decided = events(api, "plan_request.approved") + events(api, "plan_request.declined")
        assert len(decided) == 1
        balance, ledger = account(api, user)
        assert balance == ledger == (5000 if decided[0]["action"] == "plan_request.approved" else 1000)

    async def test_two_requests_of_one_person_decided_at_once_both_count(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        wanted = [await ask(user, plan="pro"), await ask(user, model_family="images"), await ask(user, plan="team")]
        answers = await asyncio.gather(*(decide(admin, request_id, decision="approve") for request_id in wanted))
        assert {answer.status_code for answer in answers} == {200}
        assert "images" in await families(user)
        balance, ledger = account(api, user)
        assert balance == ledger == 20_000

    async def test_going_back_and_forth_between_plans_grants_nothing_twice(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        for plan in ("pro", "starter", "pro", "team", "starter", "team"):
            answer = await admin.http.patch(ENTITLEMENTS, json={"user_id": str(user.id), "plan": plan, **WHY})
            assert answer.status_code == 200
        assert account(api, user) == (20_000, 20_000)

    async def test_an_account_that_slept_is_opened_before_more_is_granted(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        rows(api, "UPDATE credit_accounts SET period = period - interval '2 months', day = day - 70")
        rows(api, "UPDATE ledger_entries SET created_at = created_at - interval '2 months'")
        await decide(admin, await ask(user, plan="pro"), decision="approve")
        assert account(api, user) == (5000, 5000)

    async def test_the_list_shows_the_person_and_their_thirty_days(self, api: Api, admin: Person, user: Person) -> None:
        await settled(api, user, raw_cost="0.01")
        await settled(api, user, raw_cost="0.02", ago=timedelta(days=29))
        await settled(api, user, raw_cost="0.04", ago=timedelta(days=31))
        await ask(user, plan="pro")
        [item] = (await admin.http.get(REQUESTS, params={"status": "waiting"})).json()["items"]
        assert (item["user_email"], item["user_plan"], item["monthly_credits"]) == (user.email, "starter", "1000")
        assert (item["credits_30_days"], item["raw_cost_30_days"], item["calls_30_days"]) == ("4.500", "0.03", 2)
        days = item["credits_by_day"]
        assert (len(days), days[0], days[-1]) == (30, "3.000", "1.500")
        assert set(days[1:-1]) == {"0"}

    async def test_waiting_and_decided_are_listed_apart_in_pages(self, admin: Person, join: Join) -> None:
        people = [await join() for _ in range(3)]
        ids = [await ask(person, plan="pro") for person in people]
        await decide(admin, ids[0], decision="decline", note="No.")
        decided = (await admin.http.get(REQUESTS, params={"status": "decided"})).json()["items"]
        assert [item["id"] for item in decided] == ids[:1]
        first = (await admin.http.get(REQUESTS, params={"status": "waiting", "limit": "1"})).json()
        rest = (await admin.http.get(REQUESTS, params={"status": "waiting", "cursor": first["next"]})).json()
        assert [item["id"] for item in first["items"] + rest["items"]] == [ids[2], ids[1]]
        assert (await admin.http.get(REQUESTS, params={"status": "lost"})).status_code == 400


class TestEntitlements:
    async def patch(self, admin: Person, person: Person, **change: object) -> httpx.Response:
        return await admin.http.patch(ENTITLEMENTS, json={"user_id": str(person.id), **WHY, **change})

    async def test_what_nobody_can_have_is_refused(self, api: Api, admin: Person, user: Person) -> None:
        for change in (
            {},
            {"plan": "gold"},
            {"plan": "\0"},
            {"overrides": {"extra_families": ["poetry"]}},
            {"overrides": {"extra_models": ["gpt-99"]}},
            {"overrides": {"monthly_credits": "-1"}},
            {"overrides": {"monthly_credits": "NaN"}},
            {"overrides": {"credits_per_day": "1e30"}},
            {"overrides": {"max_context": 0}},
            {"overrides": {"colour": "red"}},
            {"overrides": {"extra_models": ["a\0"]}},
            {"plan": "pro", "reason": ""},
        ):
            assert code(await self.patch(admin, user, **change)) == (400, "invalid_request"), change
        unknown = await admin.http.patch(ENTITLEMENTS, json={"user_id": str(uuid4()), "plan": "pro", **WHY})
        assert code(unknown) == (404, "not_found")
        assert events(api, "entitlement.changed") == []

    async def test_overrides_replace_all_earlier_ones_with_before_and_after(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await self.patch(admin, user, overrides={"extra_families": ["images", "images"], "max_context": 64_000})
        answer = await self.patch(admin, user, overrides={"requests_per_minute": 5, "credits_per_day": "12.50"})
        shown = answer.json()["overrides"]
        assert (shown["extra_families"], shown["max_context"], shown["credits_per_day"]) == ([], None, "12.50")
        first, second = events(api, "entitlement.changed")
        assert first["after"] == {"extra_families": ["images"], "max_context": 64_000}
        assert second["before"] == {"extra_families": ["images"], "max_context": 64_000}
        assert second["after"] == {
            "extra_families": None,
            "max_context": None,
            "requests_per_minute": 5,
            "credits_per_day": "12.50",
        }
        me = (await user.http.get("/v1/auth/me")).json()
        assert me["entitlement"]["limits"]["requests_per_minute"] == 5

    async def test_more_credits_a_month_are_granted_now_fewer_from_the_next_month(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await self.patch(admin, user, overrides={"monthly_credits": "1500"})
        assert account(api, user) == (1500, 1500)
        await self.patch(admin, user, overrides={"monthly_credits": "10"})
        assert account(api, user) == (1500, 1500)

    async def test_a_change_to_what_is_already_so_writes_nothing(self, api: Api, admin: Person, user: Person) -> None:
        answer = await self.patch(admin, user, plan="starter")
        assert answer.status_code == 200
        assert events(api, "entitlement.changed") == []

    async def test_they_are_listed_in_pages_or_for_one_person(self, admin: Person, user: Person) -> None:
        [one] = (await admin.http.get(ENTITLEMENTS, params={"user_id": str(user.id)})).json()["items"]
        assert (one["user_id"], one["plan_slug"]) == (str(user.id), "starter")
        first = (await admin.http.get(ENTITLEMENTS, params={"limit": "1"})).json()
        rest = (await admin.http.get(ENTITLEMENTS, params={"cursor": first["next"]})).json()
        ids = [item["id"] for item in first["items"] + rest["items"]]
        assert len(ids) == len(set(ids)) == 3


class TestPlans:
    async def add(self, admin: Person, **facts: object) -> httpx.Response:
        given = {
            "slug": "gold",
            "name": "Gold",
            "monthly_credits": "50000",
            "families": ["general", "code", "code"],
            "max_context": 100_000,
            **WHY,
            **facts,
        }
        return await admin.http.post(PLANS, json={name: value for name, value in given.items() if value is not None})

    async def test_what_is_no_plan_is_refused(self, api: Api, admin: Person) -> None:
        for facts in (
            {"slug": None},
            {"name": None},
            {"monthly_credits": None},
            {"slug": "Gold Plan"},
            {"monthly_credits": "-1"},
            {"monthly_credits": "NaN"},
            {"monthly_credits": "1000000001"},
            {"families": ["poetry"]},
            {"models": ["gpt-99"]},
            {"rank": 10**12},
            {"max_context": 0},
            {"limits": {"credits_per_day": "-5"}},
            {"limits": {"requests_per_minute": 0}},
            {"name": "a\0b"},
        ):
            assert code(await self.add(admin, **facts)) == (400, "invalid_request"), facts
        assert len(rows(api, "SELECT 1 FROM plans")) == 3

    async def test_a_slug_is_given_once_also_when_two_ask_at_once(self, admin: Person) -> None:
        answers = await asyncio.gather(*(self.add(admin) for _ in range(3)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409]

    async def test_a_new_plan_can_be_asked_for_at_once(self, api: Api, admin: Person, user: Person) -> None:
        made = (await self.add(admin, rank=9, limits={"concurrent_chats": 3})).json()
        assert (made["families"], made["models"], made["limits"]["concurrent_chats"]) == (["code", "general"], None, 3)
        assert [plan["slug"] for plan in (await user.http.get("/api/plans")).json()["items"]][-1] == "gold"
        await decide(admin, await ask(user, plan="gold"), decision="approve")
        assert account(api, user) == (50_000, 50_000)
        assert len(events(api, "plan.added")) == 1

    async def test_a_change_counts_at_once_for_everybody_on_it(self, api: Api, admin: Person, user: Person) -> None:
        starter = next(plan for plan in (await admin.http.get(PLANS)).json()["items"] if plan["slug"] == "starter")
        url = f"{PLANS}/{starter['id']}"
        answer = await admin.http.patch(url, json={"families": ["general"], "models": ["sim-fast"], **WHY})
        assert answer.json() == {**starter, "families": ["general"], "models": ["sim-fast"]}
        assert await families(user) == {"auto", "general"}
        assert [item["name"] for item in (await user.http.get("/api/ai/models")).json()["items"]] == ["sim-fast"]
        [event] = events(api, "plan.changed")
        assert event["after"] == {"families": ["general"], "models": ["sim-fast"]}
        assert code(await admin.http.patch(url, json={"slug": "beginner", **WHY})) == (400, "invalid_request")
        assert code(await admin.http.patch(f"{PLANS}/{uuid4()}", json=WHY)) == (404, "not_found")

    async def test_a_plan_can_be_given_every_model_again(self, admin: Person) -> None:
        starter = next(plan for plan in (await admin.http.get(PLANS)).json()["items"] if plan["slug"] == "starter")
        answer = await admin.http.patch(f"{PLANS}/{starter['id']}", json={"models": None, **WHY})
        assert answer.json()["models"] is None
