"""Scores as admins see and change them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.backend.abuse.sending import RULES, TO_PAUSE, let_pass, paused, send, send_blocked, subjects, until_known
from tests.backend.desk import WHY, code, events, rows
from tests.fixtures.api import Api, Join, Person, serve
from tests.fixtures.programs import program

ABUSE = "/api/admin/abuse"
SETTINGS = f"{ABUSE}/settings"


async def listed(person: Person, **query: object) -> list[dict[str, Any]]:
    answer = await person.http.get(ABUSE, params=query)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def change(admin: Person, **rules: object) -> httpx.Response:
    return await admin.http.patch(SETTINGS, json={**WHY, **rules})


def organisation_of(api: Api, person: Person) -> str:
    [row] = rows(api, f"SELECT organisation_id FROM users WHERE id = '{person.id}'")
    return str(row["organisation_id"])


class TestWho:
    async def test_support_looks_and_only_admins_change(self, api: Api, user: Person, support: Person) -> None:
        await send_blocked(user.http, 1)
        [row] = await listed(support)
        one = f"{ABUSE}/{row['id']}"
        assert (await support.http.get(one)).status_code == 200
        for person in (user, support):
            refused = [
                await person.http.post(f"{one}/revoke", json=WHY),
                await person.http.post(f"{one}/pause", json={"until": "2999-01-01T00:00:00Z", **WHY}),
                await person.http.post(f"{ABUSE}/events/{uuid4()}/take-back", json=WHY),
                await person.http.patch(SETTINGS, json=WHY),
            ]
            assert {code(answer) for answer in refused} == {(403, "not_allowed")}
        assert code(await user.http.get(ABUSE)) == (403, "not_allowed")


class TestListing:
    async def test_wrong_questions_are_refused(self, admin: Person) -> None:
        for query in ({"cursor": "x"}, {"kind": "x"}, {"step": "x"}, {"limit": "0"}):
            assert code(await admin.http.get(ABUSE, params=query)) == (400, "invalid_request"), query

    async def test_pages_show_everybody_once_the_highest_first(self, api: Api, admin: Person, join: Join) -> None:
        people = [await join() for _ in range(4)]
        for number, person in enumerate(people):
            await send_blocked(person.http, number + 1)
        seen, cursor = [], None
        while True:
            page = (await admin.http.get(ABUSE, params={"limit": 1} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [(row["name"], row["score"]) for row in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert [name for name, _ in seen] == [person.email for person in reversed(people)]

    async def test_it_can_be_narrowed_by_kind_and_step(self, api: Api, admin: Person, user: Person, join: Join) -> None:
        other = await join()
        await send_blocked(other.http, 1)
        async with program(user) as script:
            await send_blocked(script.http, TO_PAUSE)
        [key] = await listed(admin, step="paused")
        assert (key["kind"], key["user_email"]) == ("key", user.email)
        assert key["name"].startswith("key of everything (fl_live_")
        assert {row["name"] for row in await listed(admin, kind="user")} == {user.email, other.email}
        assert [row["name"] for row in await listed(admin, step="watched")] == [other.email]
        assert await listed(admin, kind="address") == []


class TestOne:
    async def test_its_events_tell_times_kinds_and_points_but_no_words(self, admin: Person, user: Person) -> None:
        await send_blocked(user.http, 2)
        [row] = await listed(admin)
        answer = await admin.http.get(f"{ABUSE}/{row['id']}")
        shown = answer.json()
        assert [(event["kind"], event["points"]) for event in shown["events"]] == [
            ("blocked", RULES.blocked_points)
        ] * 2
        assert shown["events"][0]["category"] in ("violence", "illegal")
        assert shown["events"][0]["created_at"] >= shown["events"][1]["created_at"]
        assert "pipe bomb" not in answer.text

    async def test_who_has_no_score_is_not_found(self, admin: Person) -> None:
        for answer in (
            await admin.http.get(f"{ABUSE}/{uuid4()}"),
            await admin.http.post(f"{ABUSE}/{uuid4()}/revoke", json=WHY),
            await admin.http.post(f"{ABUSE}/{uuid4()}/pause", json={"until": "2999-01-01T00:00:00Z", **WHY}),
            await admin.http.post(f"{ABUSE}/events/{uuid4()}/take-back", json=WHY),
        ):
            assert code(answer) == (404, "not_found")


class TestRevoking:
    async def test_the_person_sends_again_at_once_on_every_process(self, api: Api, admin: Person, user: Person) -> None:
        async with serve(api.services.settings) as other:
            there = Person(
                user.id, user.email, user.token, httpx.AsyncClient(base_url=other.url, headers=user.http.headers)
            )
            await send_blocked(user.http, TO_PAUSE)
            await until_known(there)
            [row] = await listed(admin)
            shown = (await admin.http.post(f"{ABUSE}/{row['id']}/revoke", json=WHY)).json()["subject"]
            assert (shown["score"], shown["step"], shown["paused_until"]) == (0.0, "watched", None)
            for person in (user, there):
                while (answer := await send(person.http, "hello")).status_code == 429:
                    pass
                assert answer.status_code == 200
            await there.http.aclose()
        [event] = events(api, "abuse.revoked")
        assert event["reason"] == WHY["reason"]
        assert float(event["before"]["score"]) > RULES.pause_from
        assert event["after"]["score"] == 0.0

    async def test_one_event_can_be_taken_back_once_and_the_pause_it_led_to_ends(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await send_blocked(user.http, TO_PAUSE)
        [row] = await listed(admin)
        event = (await admin.http.get(f"{ABUSE}/{row['id']}")).json()["events"][0]
        path = f"{ABUSE}/events/{event['id']}/take-back"
        assert (await admin.http.post(path, json=WHY)).status_code == 204
        shown = (await admin.http.get(f"{ABUSE}/{row['id']}")).json()
        assert shown["subject"]["step"] == "slowed"
        assert shown["subject"]["score"] == pytest.approx(50, abs=1)
        assert shown["events"][0]["taken_back_by"] == admin.email
        assert code(await admin.http.post(path, json=WHY)) == (409, "conflict")
        while (answer := await send(user.http, "hello")).status_code == 429:
            assert answer.json()["error"]["code"] == "paused"
        assert answer.status_code == 200


class TestPausing:
    async def test_a_person_is_paused_by_hand_until_a_time(self, api: Api, admin: Person, user: Person) -> None:
        await send_blocked(user.http, 1)
        [row] = await listed(admin)
        until = (datetime.now(UTC) + timedelta(hours=2)).replace(microsecond=0)
        body = {"until": until.isoformat(), **WHY}
        shown = (await admin.http.post(f"{ABUSE}/{row['id']}/pause", json=body)).json()["subject"]
        assert (shown["step"], shown["cause"], shown["paused_by_hand"]) == ("paused", "admin", True)
        error = await until_known(user)
        assert error["details"] == {
            "until": until.isoformat().replace("+00:00", "Z"),
            "whose": "user",
            "cause": "admin",
        }
        assert "an administrator decided so" in error["message"]
        await change(admin, enabled=False)
        paused(await send(user.http, "hello"))

    async def test_the_past_a_far_future_and_admins_are_refused(self, admin: Person, support: Person) -> None:
        await send_blocked(support.http, 1)
        [row] = await listed(admin)
        for until in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            answer = await admin.http.post(f"{ABUSE}/{row['id']}/pause", json={"until": until, **WHY})
            assert code(answer) == (400, "invalid_request")
        soon = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        assert code(await admin.http.post(f"{ABUSE}/{row['id']}/pause", json={"until": soon, **WHY})) == (
            409,
            "conflict",
        )


class TestRules:
    @pytest.mark.parametrize(
        "rules",
        [
            {"slow_from": 55},
            {"pause_from": 90},
            {"pause_seconds": 100_000},
            {"half_life_seconds": 0},
            {"blocked_points": -1},
            {"costly_share": 0},
            {"people": 0},
            {"unknown": 1},
            {"slow_by": 1.5},
        ],
    )
    async def test_what_contradicts_itself_or_makes_no_sense_is_refused(
        self, api: Api, admin: Person, rules: dict[str, object]
    ) -> None:
        assert code(await change(admin, **rules)) == (400, "invalid_request")
        assert rows(api, "SELECT 1 FROM abuse_rules") == []

    async def test_they_hold_for_everybody_or_one_organisation_and_can_be_taken_back(
        self, api: Api, admin: Person, user: Person, join: Join
    ) -> None:
        other = await join()
        mine = organisation_of(api, user)
        assert (await change(admin, blocked_points=60)).json()["own"] == ["blocked_points"]
        assert (await change(admin, organisation_id=mine, blocked_points=1)).status_code == 200
        await send_blocked(other.http, 1)
        paused(await send(other.http, "hello"))
        await send_blocked(user.http, 3)
        assert (await send(user.http, "hello")).status_code == 200
        shown = (await change(admin, organisation_id=mine, blocked_points=None)).json()
        assert (shown["rules"]["blocked_points"], shown["own"]) == (60, [])
        await send_blocked(user.http, 1)
        paused(await send(user.http, "hello"))
        assert [event["action"] for event in events(api, "abuse.rules_changed")] == ["abuse.rules_changed"] * 3

    async def test_turned_off_nobody_is_paused_and_nothing_is_counted(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await send_blocked(user.http, TO_PAUSE)
        paused(await send(user.http, "hello"))
        assert (await change(admin, enabled=False)).json()["rules"]["enabled"] is False
        assert (await send(user.http, "hello")).status_code == 200
        assert subjects(api)["user"]["paused_until"] is None
        counted = len(rows(api, "SELECT 1 FROM abuse_events"))
        await send_blocked(user.http, 1)
        assert len(rows(api, "SELECT 1 FROM abuse_events")) == counted

    async def test_a_shorter_half_life_holds_for_scores_that_there_are(
        self, api: Api, admin: Person, user: Person
    ) -> None:
        await send_blocked(user.http, 4)
        assert (await change(admin, half_life_seconds=60)).status_code == 200
        let_pass(api, timedelta(seconds=60))
        [row] = await listed(admin)
        assert row["score"] == pytest.approx(20, rel=0.05)

    async def test_an_organisation_that_is_not_there_has_none(self, admin: Person) -> None:
        nowhere = str(uuid4())
        assert code(await admin.http.get(SETTINGS, params={"organisation_id": nowhere})) == (404, "not_found")
        assert code(await change(admin, organisation_id=nowhere, slow_by=2)) == (404, "not_found")


class TestAttention:
    async def test_the_desk_names_whom_an_alert_is_about_until_it_is_lifted(
        self, api: Api, admin: Person, support: Person
    ) -> None:
        await send_blocked(support.http, 9)
        said = (await admin.http.get("/api/admin/overview")).json()["attention"]
        assert [sentence for sentence in said if support.email in sentence and "under Abuse" in sentence]
        [row] = await listed(admin)
        await admin.http.post(f"{ABUSE}/{row['id']}/revoke", json=WHY)
        said = (await admin.http.get("/api/admin/overview")).json()["attention"]
        assert not [sentence for sentence in said if support.email in sentence]
