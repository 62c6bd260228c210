"""Organisations as the admin desk sees and limits them."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg

from backend.database import Database
from backend.metering import repository
from tests.backend.admin.organisations.office import Office
from tests.backend.desk import WHY, code, events, rows
from tests.backend.requests import admitted
from tests.fixtures.api import Api, Join, Person

ORGANISATIONS = "/api/admin/organisations"


async def listed(person: Person, **query: str) -> list[dict[str, Any]]:
    answer = await person.http.get(ORGANISATIONS, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def limit(admin: Person, organisation: UUID | str, chats: int | None, **more: object) -> httpx.Response:
    body = {"id": str(organisation), "concurrent_chats": chats, **WHY, **more}
    return await admin.http.patch(ORGANISATIONS, json=body)


def organisation_of(api: Api, person: Person) -> str:
    [row] = rows(api, f"SELECT organisation_id FROM users WHERE id = '{person.id}'")
    return str(row["organisation_id"])


async def test_only_admins_see_and_change_them(api: Api, user: Person, support: Person) -> None:
    for person in (user, support):
        assert code(await person.http.get(ORGANISATIONS)) == (403, "not_allowed")
        assert code(await limit(person, organisation_of(api, user), 1)) == (403, "not_allowed")
    assert rows(api, "SELECT 1 FROM organisation_limits") == []


class TestListing:
    async def test_wrong_questions_are_refused(self, admin: Person) -> None:
        for query in ({"cursor": "x"}, {"limit": "0"}, {"q": "\0"}):
            assert code(await admin.http.get(ORGANISATIONS, params=query)) == (400, "invalid_request"), query

    async def test_everybody_is_shown_once_across_pages_newest_first(self, api: Api, admin: Person, join: Join) -> None:
        for _ in range(4):
            await join()
        seen: list[str] = []
        cursor = None
        while True:
            query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = (await admin.http.get(ORGANISATIONS, params=query)).json()
            seen += [row["id"] for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert len(seen) == len(rows(api, "SELECT id FROM organisations")) > 4
        assert seen == sorted(seen, reverse=True)

    async def test_what_runs_is_counted_with_and_without_a_limit(self, api: Api, admin: Person, user: Person) -> None:
        mine = organisation_of(api, user)
        await admitted(api, user, hold=Decimal(1))
        shown = {"id": mine, "name": "Mara Lindqvist", "personal": True, "members": 1, "active": 1}
        assert await listed(admin, q=mine) == [{**shown, "concurrent_chats": None}]
        await limit(admin, mine, 4)
        await admitted(api, user, hold=Decimal(1))
        assert await listed(admin, q=mine) == [{**shown, "active": 2, "concurrent_chats": 4}]

    async def test_a_name_is_found_by_a_part_of_it(self, api: Api, admin: Person, user: Person) -> None:
        rows(api, f"UPDATE organisations SET name = 'Harbour_7' WHERE id = '{organisation_of(api, user)}'")
        assert [row["name"] for row in await listed(admin, q="OUR_")] == ["Harbour_7"]
        assert await listed(admin, q="_x") == []


class TestLimiting:
    async def test_what_cannot_be_is_refused(self, api: Api, admin: Person, user: Person) -> None:
        mine = organisation_of(api, user)
        for change in (
            {"concurrent_chats": 0},
            {"concurrent_chats": -1},
            {"concurrent_chats": 1.5},
            {"concurrent_chats": 2**31},
            {"reason": ""},
            {"name": "x"},
        ):
            assert code(await limit(admin, mine, 1, **change)) == (400, "invalid_request"), change
        silent = await admin.http.patch(ORGANISATIONS, json={"id": mine, **WHY})
        assert code(silent) == (400, "invalid_request")
        assert code(await limit(admin, uuid4(), 1)) == (404, "not_found")
        assert rows(api, "SELECT 1 FROM organisation_limits") == events(api) == []

    async def test_every_change_is_in_the_audit_log_and_none_that_changes_nothing(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        mine = organisation_of(api, user)
        for chats in (None, 3, 3, 2, None):
            answer = await limit(admin, mine, chats)
            assert (answer.status_code, answer.json()["concurrent_chats"]) == (200, chats)
        assert [
            (event["action"], event["before"]["concurrent_chats"], event["after"]["concurrent_chats"])
            for event in events(api)
        ] == [("organisation.limited", *change) for change in ((None, 3), (3, 2), (2, None))]
        assert {(event["subject"], event["subject_id"]) for event in events(api)} == {("Mara Lindqvist", mine)}
        assert rows(api, "SELECT 1 FROM organisation_limits") == []

    async def test_two_admins_who_make_it_at_once_make_one(self, api: Api, admin: Person, user: Person) -> None:
        mine = organisation_of(api, user)
        answers = await asyncio.gather(*(limit(admin, mine, chats) for chats in range(1, 9)))
        assert {answer.status_code for answer in answers} == {200}
        [row] = rows(api, "SELECT concurrent_chats FROM organisation_limits")
        befores = [event["before"]["concurrent_chats"] for event in events(api)]
        afters = [event["after"]["concurrent_chats"] for event in events(api)]
        assert befores == [None, *afters[:-1]]
        assert afters[-1] == row["concurrent_chats"]


class TestRunning:
    async def test_a_limit_made_while_answers_begin_and_end_counts_them_exactly(
        self, api: Api, admin: Person, database_url: str
    ) -> None:
        office = Office(database_url, people=6)
        work = [asyncio.create_task(office.work(api.services.database, rounds=12)) for _ in range(12)]
        for chats in (1000, None, 5, None, 900, 800, None, 1000):
            answer = await limit(admin, office.id, chats)
            assert answer.status_code == 200, answer.text
            assert office.miscounted() == []
        await asyncio.gather(*work)
        assert office.miscounted() == []
        assert rows(api, "SELECT active FROM organisation_limits") == [{"active": 0}]
        assert rows(api, "SELECT 1 FROM holds") == []

    async def test_no_more_run_at_once_than_the_limit_and_each_end_makes_room(
        self, api: Api, admin: Person, database_url: str
    ) -> None:
        """From the processes of two: each has connections of its own."""
        office = Office(database_url, people=5)
        await limit(admin, office.id, 4)
        second = Database(database_url)
        await second.open()
        try:
            for _ in range(3):
                asked = [
                    office.ask(database, person)
                    for person in range(5)
                    for database in (api.services.database, second)
                    for _ in range(4)
                ]
                running = [record for record in await asyncio.gather(*asked) if record]
                assert len(running) == 4
                assert office.miscounted() == []
                ends = [office.settlement(record) for record in running]
                await asyncio.gather(
                    repository.settle(second, ends[:2]), repository.settle(api.services.database, ends[2:])
                )
        finally:
            await second.close()
        assert rows(api, "SELECT active FROM organisation_limits") == [{"active": 0}]

    async def test_a_limit_below_what_runs_admits_nobody_until_enough_have_ended(
        self, api: Api, admin: Person, database_url: str
    ) -> None:
        office = Office(database_url, people=3)
        database = api.services.database
        running = [await office.ask(database, person) for person in range(3)]
        assert (await limit(admin, office.id, 2)).json()["active"] == 3
        assert await office.ask(database, 0) is None
        for record in running[:2]:
            assert record is not None
            await repository.settle(database, [office.settlement(record)])
        assert await office.ask(database, 0) is not None
        assert await office.ask(database, 1) is None

    async def test_somebody_who_joins_meanwhile_is_waited_for_or_asked_again(
        self, api: Api, admin: Person, database_url: str
    ) -> None:
        office = Office(database_url, people=1)
        with psycopg.connect(database_url) as joining:
            office.add(joining)
            making = asyncio.create_task(limit(admin, office.id, 3))
            await office.until_somebody_waits()
            joining.commit()
        assert code(await making) == (409, "conflict")
        assert (await limit(admin, office.id, 3)).status_code == 200
