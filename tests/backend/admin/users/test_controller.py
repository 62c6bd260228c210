"""People as the admin desk sees and changes them."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

from shared.accounts import UserRole
from tests.backend.desk import WHY, account, code, events, rows
from tests.backend.requests import admitted, settled
from tests.fixtures.api import Api, Join, Person

USERS = "/api/admin/users"


def deeds(api: Api) -> list[tuple[str, Any, Any]]:
    return [(event["action"], event["before"], event["after"]) for event in events(api)]


async def listed(person: Person, **query: str) -> list[dict[str, Any]]:
    answer = await person.http.get(USERS, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def patch(admin: Person, person: Person, **change: object) -> httpx.Response:
    return await admin.http.patch(USERS, json={"id": str(person.id), **WHY, **change})


async def grant(admin: Person, person: Person, credits: str, **more: object) -> httpx.Response:
    return await admin.http.post(f"{USERS}/{person.id}/grants", json={"credits": credits, **WHY, **more})


async def only_admin(api: Api, join: Join) -> Person:
    """Somebody who administers alone."""
    rows(api, "UPDATE users SET role = 'user'")
    return await join(role=UserRole.ADMIN)


async def test_support_looks_and_only_admins_change(api: Api, user: Person, support: Person) -> None:
    for method, path in (("GET", USERS), ("PATCH", USERS), ("POST", f"{USERS}/{user.id}/grants")):
        body = {"json": {}} if method != "GET" else {}
        assert (await api.client.request(method, path, **body)).status_code == 401, path
        assert code(await user.http.request(method, path, **body)) == (403, "not_allowed"), path
        if method != "GET":
            assert code(await support.http.request(method, path, **body)) == (403, "not_allowed"), path
    assert len(await listed(support)) == 3


class TestListing:
    async def test_wrong_questions_are_refused(self, admin: Person) -> None:
        for query in ({"sort": "age"}, {"cursor": "x"}, {"limit": "0"}, {"q": "\0"}):
            assert code(await admin.http.get(USERS, params=query)) == (400, "invalid_request"), query
        first = (await admin.http.get(USERS, params={"limit": "1"})).json()
        other = await admin.http.get(USERS, params={"sort": "raw_cost", "cursor": first["next"]})
        assert code(other) == (400, "invalid_request")

    async def test_figures_are_of_thirty_days_and_the_balance_is_what_can_be_spent(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await settled(api, user, raw_cost="0.01")
        await settled(api, user, raw_cost="0.02", ago=timedelta(days=29))
        await settled(api, user, raw_cost="0.04", ago=timedelta(days=31))
        await admitted(api, user, hold=Decimal("1.5"))
        [row] = await listed(admin, q=user.email.upper())
        assert (row["raw_cost"], row["credits"], row["calls"]) == ("0.03", "4.500", 2)
        assert Decimal(row["balance"]) == 1000 - Decimal("1.5") - Decimal("10.5")
        assert (row["plan"], row["role"], row["suspended"]) == ("starter", "user", False)

    async def test_every_order_shows_everybody_once_across_pages(self, api: Api, admin: Person, join: Join) -> None:
        people = [await join() for _ in range(5)]
        for person, cost in zip(people, ("0.03", "0.01", "0.02", "0.02", "0"), strict=True):
            await settled(api, person, raw_cost=cost)
        everybody = {row["id"] for row in await listed(admin)}
        for sort in ("created", "raw_cost", "credits"):
            seen: list[dict[str, Any]] = []
            cursor = None
            while True:
                query = {"sort": sort, "limit": "2"} | ({"cursor": cursor} if cursor else {})
                page = (await admin.http.get(USERS, params=query)).json()
                seen += page["items"]
                cursor = page["next"]
                if cursor is None:
                    break
            assert {row["id"] for row in seen} == everybody
            assert len(seen) == len(everybody) == 7
            if sort != "created":
                amounts = [Decimal(row[sort]) for row in seen]
                assert amounts == sorted(amounts, reverse=True)
                assert seen[0]["id"] == str(people[0].id)

    async def test_a_name_or_address_is_found_by_a_part_of_it(self, admin: Person, user: Person) -> None:
        assert [row["id"] for row in await listed(admin, q=user.email[:12])] == [str(user.id)]
        assert len(await listed(admin, q="lindqvist")) == 2
        assert await listed(admin, q="%") == []

    async def test_a_sleeping_account_shows_what_it_will_open_with(self, api: Api, admin: Person, user: Person) -> None:
        rows(api, "UPDATE credit_accounts SET period = period - interval '1 month', balance = 3")
        [row] = await listed(admin, q=user.email)
        assert row["balance"] == "1000"


class TestChanging:
    async def test_what_cannot_be_is_refused(self, api: Api, admin: Person, user: Person) -> None:
        for change in (
            {"role": "owner"},
            {"suspended": "yes"},
            {"name": ""},
            {"name": "a\0b"},
            {"reason": ""},
            {"x": 1},
        ):
            assert code(await patch(admin, user, **change)) == (400, "invalid_request"), change
        unknown = await admin.http.patch(USERS, json={"id": str(uuid4()), "role": "admin", **WHY})
        assert code(unknown) == (404, "not_found")
        assert deeds(api) == []

    async def test_a_suspension_ends_what_somebody_may_do(self, api: Api, admin: Person, user: Person) -> None:
        assert (await user.http.get("/api/usage")).status_code == 200
        answer = await patch(admin, user, suspended=True)
        assert answer.json()["suspended"]
        assert (await user.http.get("/api/usage")).status_code == 401
        await patch(admin, user, suspended=False)
        assert (await user.http.get("/api/usage")).status_code == 200
        assert deeds(api) == [
            ("user.suspended", {"suspended": False}, {"suspended": True}),
            ("user.restored", {"suspended": True}, {"suspended": False}),
        ]

    async def test_a_role_counts_at_once(self, api: Api, admin: Person, user: Person) -> None:
        await patch(admin, user, role="support", name="  Mara   L. ")
        assert (await user.http.get(USERS)).status_code == 200
        assert deeds(api) == [
            (
                "user.role_changed",
                {"name": "Mara Lindqvist", "role": "user"},
                {"name": "Mara L.", "role": "support"},
            )
        ]
        await patch(admin, user, role="support")
        assert len(deeds(api)) == 1

    async def test_the_last_admin_stays(self, api: Api, join: Join) -> None:
        alone = await only_admin(api, join)
        for change in ({"role": "user"}, {"role": "support"}, {"suspended": True}):
            assert code(await patch(alone, alone, **change)) == (409, "conflict"), change
        assert (await patch(alone, alone, name="Still here")).status_code == 200
        helper = await join(role=UserRole.ADMIN)
        assert (await patch(alone, helper, suspended=True)).status_code == 200
        assert code(await patch(alone, alone, role="user")) == (409, "conflict")

    async def test_two_admins_who_demote_each_other_at_once_leave_one(self, api: Api, join: Join) -> None:
        first = await only_admin(api, join)
        second = await join(role=UserRole.ADMIN)
        answers = await asyncio.gather(
            patch(first, second, role="user"), patch(second, first, suspended=True), patch(first, first, role="user")
        )
        assert 200 in {answer.status_code for answer in answers}
        assert len(rows(api, "SELECT 1 FROM users WHERE role = 'admin' AND NOT suspended")) == 1


class TestGrants:
    async def test_what_is_no_grant_is_refused(self, api: Api, admin: Person, user: Person) -> None:
        for credits in ("0", "0.0", "NaN", "Infinity", "-Infinity", "1000000001", "0.0000001", "many"):
            assert code(await grant(admin, user, credits)) == (400, "invalid_request"), credits
        assert code(await grant(admin, user, "5", reason="")) == (400, "invalid_request")
        unknown = await admin.http.post(f"{USERS}/{uuid4()}/grants", json={"credits": "1", **WHY})
        assert code(unknown) == (404, "not_found")
        assert account(api, user) == (1000, 1000)

    async def test_credits_are_given_with_a_reason(self, api: Api, admin: Person, user: Person) -> None:
        answer = await grant(admin, user, "12.5")
        assert (answer.status_code, answer.json()["balance"]) == (200, "1012.5")
        assert account(api, user) == (Decimal("1012.5"), Decimal("1012.5"))
        assert deeds(api) == [("credits.granted", {"balance": "1000"}, {"balance": "1012.5", "asked": "12.5"})]

    async def test_taking_back_stops_at_what_is_held(self, api: Api, admin: Person, user: Person) -> None:
        await admitted(api, user, hold=Decimal(40))
        answer = await grant(admin, user, "-5000")
        assert (answer.status_code, answer.json()["balance"]) == (200, "0")
        assert account(api, user) == (40, 40)
        assert code(await grant(admin, user, "-1")) == (409, "conflict")

    async def test_grants_at_once_all_count(self, api: Api, admin: Person, user: Person) -> None:
        await asyncio.gather(*(grant(admin, user, "1.25") for _ in range(8)))
        assert account(api, user) == (1010, 1010)

    async def test_a_grant_is_not_counted_against_a_later_plan(self, api: Api, admin: Person, user: Person) -> None:
        await grant(admin, user, "500")
        await admin.http.patch("/api/admin/entitlements", json={"user_id": str(user.id), "plan": "pro", **WHY})
        assert account(api, user) == (5500, 5500)
