"""A person's keys: made, shown once, changed, rotated, revoked, and all of it on record."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.paths import API_KEYS
from tests.backend.desk import code, events, rows
from tests.fixtures.api import Api, Join, Person
from tests.fixtures.programs import asking, make_key, program

GOOD = {"name": "Notes", "scopes": ["chat"]}
ADMIN_KEYS = "/api/admin/api-keys"


def soon(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat()


class TestRefusals:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": " \t "},
            {"name": "a\nb\u202e"},
            {"name": "fl_live_" + "x" * 43},
            {"scopes": []},
            {"scopes": ["admin"]},
            {"allowed_models": []},
            {"allowed_models": ["no-such-model"]},
            {"allowed_models": ["gpt-5-nano", "a\0b"]},
            {"expires_at": "2020-01-01T00:00:00Z"},
            {"expires_at": "9999-12-31T00:00:00Z"},
            {"expires_at": "0001-01-01T00:00:00+14:00"},
            {"expires_at": "2027-01-01T00:00:00"},
            {"limits": {"per_minute": 0}},
            {"limits": {"per_second": 1}},
            {"monthly_credits": "-1"},
            {"monthly_credits": "NaN"},
            {"monthly_credits": "0.0000001"},
            {"renewal": {"period_days": 30}},
            {"expires_at": "2027-11-20T00:00:00Z", "renewal": {"period_days": 7, "days_before": 7}},
            {"expires_at": "2027-11-20T00:00:00Z", "renewal": {"period_days": 400}},
            {"key": "fl_live_chosen"},
        ],
        ids=str,
    )
    async def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
        self, api: Api, user: Person, wrong: dict[str, Any]
    ) -> None:
        assert code(await user.http.post(API_KEYS, json=GOOD | wrong)) == (400, "invalid_request")
        assert rows(api, "SELECT id FROM api_keys UNION ALL SELECT api_key_id FROM api_key_secrets") == []
        made = await make_key(user, expires_at=None)
        if "key" not in wrong:
            assert code(await user.http.put(f"{API_KEYS}/{made['id']}", json=wrong)) == (400, "invalid_request")
        assert (await user.http.get(f"{API_KEYS}/{made['id']}")).json() == {k: v for k, v in made.items() if k != "key"}

    async def test_two_living_keys_have_two_names(self, user: Person) -> None:
        first = await make_key(user, name="one")
        assert code(await user.http.post(API_KEYS, json=GOOD | {"name": " one "})) == (409, "conflict")
        other = await make_key(user, name="other")
        renamed = await user.http.put(f"{API_KEYS}/{other['id']}", json={"name": "one"})
        assert code(renamed) == (409, "conflict")
        assert (await user.http.delete(f"{API_KEYS}/{first['id']}")).status_code == 204
        assert (await user.http.put(f"{API_KEYS}/{other['id']}", json={"name": "one"})).status_code == 200

    async def test_of_many_at_once_with_one_name_one_is_made(self, user: Person) -> None:
        answers = await asyncio.gather(*(user.http.post(API_KEYS, json=GOOD) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [201, *[409] * 7]

    async def test_nobody_has_more_than_a_hundred(self, user: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.accounts.api_keys.service.MOST_KEYS", 3)
        answers = await asyncio.gather(*(user.http.post(API_KEYS, json=GOOD | {"name": f"key {n}"}) for n in range(6)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409, 409]

    async def test_what_is_revoked_stays_revoked(self, user: Person) -> None:
        made = await make_key(user)
        path = f"{API_KEYS}/{made['id']}"
        for _ in range(2):
            assert (await user.http.delete(path)).status_code == 204
        assert code(await user.http.put(path, json={"name": "again"})) == (409, "conflict")
        assert code(await user.http.post(f"{path}/rotate", json={})) == (409, "conflict")
        assert (await user.http.get(path)).json()["state"] == "revoked"
        assert (await user.http.get(API_KEYS)).json()["items"] == []

    @pytest.mark.parametrize("hours", [-1, 721, 0.5, "x"])
    async def test_an_overlap_is_between_nothing_and_thirty_days(self, user: Person, hours: object) -> None:
        made = await make_key(user)
        rotated = await user.http.post(f"{API_KEYS}/{made['id']}/rotate", json={"overlap_hours": hours})
        assert code(rotated) == (400, "invalid_request")


class TestMaking:
    async def test_a_key_has_the_limits_it_is_not_given(self, user: Person) -> None:
        made = await make_key(user, name="  Release   notes ")
        assert made["limits"] == {"per_minute": 60, "per_hour": 1000, "per_day": 10000}
        assert (made["name"], made["state"], made["allowed_models"]) == ("Release notes", "active", None)
        assert (made["monthly_credits"], made["credits_this_month"], made["expires_at"]) == (None, "0", None)

    async def test_everything_that_is_asked_for_is_kept(self, api: Api, user: Person) -> None:
        model = api.services.catalogue.current.model("gpt-5-nano")
        assert model is not None
        asked = {
            "name": "All of it",
            "scopes": ["models", "chat", "chat"],
            "allowed_models": [str(model.id)],
            "expires_at": "2027-11-20T12:00:00Z",
            "limits": {"per_minute": 5, "per_hour": 50, "per_day": 500},
            "monthly_credits": "12.5",
            "renewal": {"period_days": 90, "days_before": 10},
        }
        made = await make_key(user, **asked)
        assert {name: made[name] for name in asked} == asked | {
            "scopes": ["chat", "models"],
            "allowed_models": ["gpt-5-nano"],
        }

    async def test_the_secret_is_shown_once_and_only_its_hash_is_kept(self, api: Api, user: Person) -> None:
        made = await make_key(user)
        secret = made["key"]
        assert secret.startswith("fl_live_")
        assert secret.startswith(made["prefix"])
        assert len(secret) - len(made["prefix"]) >= 37
        for path in (API_KEYS, f"{API_KEYS}/{made['id']}"):
            answer = await user.http.get(path)
            assert secret not in answer.text
            assert answer.headers["cache-control"] == "no-store"
        [kept] = rows(api, "SELECT hash FROM api_key_secrets")
        assert kept["hash"] == api.services.secrets.digest("api-key", secret)

    async def test_keys_are_listed_newest_first_page_by_page(self, user: Person) -> None:
        made = [(await make_key(user, name=f"key {n}"))["id"] for n in range(5)]
        seen, cursor = [], None
        while True:
            page = (await user.http.get(API_KEYS, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == made[::-1]


class TestChanging:
    async def test_what_is_left_out_stays_and_null_takes_a_restriction_away(self, user: Person) -> None:
        made = await make_key(user, allowed_models=["gpt-5-nano"], monthly_credits="5", expires_at=soon(days=9))
        path = f"{API_KEYS}/{made['id']}"
        renamed = (await user.http.put(path, json={"name": "new"})).json()
        kept = {name: value for name, value in made.items() if name not in {"key", "name"}}
        assert renamed == kept | {"name": "new"}
        freed = await user.http.put(path, json={"allowed_models": None, "monthly_credits": None, "expires_at": None})
        assert [freed.json()[n] for n in ("allowed_models", "monthly_credits", "expires_at")] == [None, None, None]

    async def test_a_renewal_goes_with_the_end_it_renews(self, user: Person) -> None:
        made = await make_key(user, expires_at=soon(days=9), renewal={"period_days": 30})
        path = f"{API_KEYS}/{made['id']}"
        assert code(await user.http.put(path, json={"expires_at": None})) == (400, "invalid_request")
        both = await user.http.put(path, json={"expires_at": None, "renewal": None})
        assert (both.json()["expires_at"], both.json()["renewal"]) == (None, None)

    async def test_a_change_counts_for_the_next_request(self, user: Person) -> None:
        async with program(user, scopes=["models"]) as script:
            assert (await script.http.get("/api/ai/models")).status_code == 200
            path = f"{API_KEYS}/{script.id}"
            await user.http.put(path, json={"scopes": ["usage"]})
            assert code(await script.http.get("/api/ai/models")) == (403, "not_allowed")
            assert (await script.http.get("/api/usage")).status_code == 200

    async def test_an_end_that_is_moved_brings_an_expired_key_back(self, api: Api, user: Person) -> None:
        async with program(user) as script:
            rows(api, "UPDATE api_keys SET expires_at = now() - interval '1 s'")
            api.services.identities.clear()
            assert code(await script.http.get("/api/ai/models")) == (401, "not_signed_in")
            path = f"{API_KEYS}/{script.id}"
            assert (await user.http.get(path)).json()["state"] == "expired"
            await user.http.put(path, json={"expires_at": soon(hours=1)})
            assert (await script.http.get("/api/ai/models")).status_code == 200


class TestRotating:
    async def test_both_secrets_are_good_for_the_overlap(self, api: Api, user: Person) -> None:
        async with program(user) as script:
            rotated = (await user.http.post(f"{API_KEYS}/{script.id}/rotate", json={})).json()
            assert rotated["id"] == str(script.id)
            assert rotated["key"] != script.secret
            assert rotated["prefix"] == rotated["key"][: len(rotated["prefix"])]
            until = datetime.fromisoformat(rotated["earlier_secrets_until"])
            assert timedelta(hours=23, minutes=59) < until - datetime.now(UTC) <= timedelta(hours=24)
            async with asking(rotated["key"], api.url) as renewed:
                for http in (renewed, script.http):
                    assert (await http.get("/api/ai/models")).status_code == 200
                rows(api, "UPDATE api_key_secrets SET ends_at = now() WHERE ends_at IS NOT NULL")
                api.services.identities.clear()
                assert (await renewed.get("/api/ai/models")).status_code == 200
                assert (await script.http.get("/api/ai/models")).status_code == 401

    async def test_without_an_overlap_every_secret_of_before_ends_at_once(self, api: Api, user: Person) -> None:
        async with program(user) as script:
            path = f"{API_KEYS}/{script.id}/rotate"
            second = (await user.http.post(path, json={"overlap_hours": 720})).json()["key"]
            async with asking(second, api.url) as other:
                for http in (script.http, other):
                    assert (await http.get("/api/ai/models")).status_code == 200
                third = (await user.http.post(path, json={"overlap_hours": 0})).json()
                for http in (script.http, other):
                    assert (await http.get("/api/ai/models")).status_code == 401
            assert third["earlier_secrets_until"] is None
            async with asking(third["key"], api.url) as last:
                assert (await last.get("/api/ai/models")).status_code == 200

    async def test_a_later_rotation_lets_no_secret_live_longer(self, api: Api, user: Person) -> None:
        made = await make_key(user)
        for hours in (1, 720):
            await user.http.post(f"{API_KEYS}/{made['id']}/rotate", json={"overlap_hours": hours})
        ends = rows(
            api, "SELECT round(extract(epoch FROM ends_at - now()) / 3600) AS h FROM api_key_secrets ORDER BY 1"
        )
        assert [row["h"] for row in ends] == [1, 720, None]

    async def test_many_rotations_at_once_leave_one_newest_secret(self, api: Api, user: Person) -> None:
        made = await make_key(user)
        path = f"{API_KEYS}/{made['id']}/rotate"
        answers = await asyncio.gather(*(user.http.post(path, json={}) for _ in range(6)))
        assert {answer.status_code for answer in answers} == {200}
        [newest] = rows(api, "SELECT hash FROM api_key_secrets WHERE ends_at IS NULL")
        assert newest["hash"] in {api.services.secrets.digest("api-key", a.json()["key"]) for a in answers}
        shown = (await user.http.get(f"{API_KEYS}/{made['id']}")).json()["prefix"]
        assert [a for a in answers if a.json()["prefix"] == shown]

    async def test_no_heap_of_good_secrets_grows(self, user: Person) -> None:
        made = await make_key(user)
        path = f"{API_KEYS}/{made['id']}/rotate"
        statuses = [(await user.http.post(path, json={})).status_code for _ in range(11)]
        assert statuses == [200] * 9 + [409] * 2
        assert (await user.http.post(path, json={"overlap_hours": 0})).status_code == 200


class TestAudit:
    async def test_every_operation_is_recorded_without_any_secret(self, api: Api, user: Person, admin: Person) -> None:
        made = await make_key(user, name="Notes", monthly_credits="5")
        path = f"{API_KEYS}/{made['id']}"
        secrets = [made["key"]]
        await user.http.put(path, json={"monthly_credits": "7", "limits": {"per_minute": 1}})
        await user.http.put(path, json={"monthly_credits": "7"})
        secrets.append((await user.http.post(f"{path}/rotate", json={"overlap_hours": 2})).json()["key"])
        for _ in range(2):
            await user.http.delete(path)
        recorded = events(api)
        assert [event["action"] for event in recorded] == [
            "api_key.created",
            "api_key.changed",
            "api_key.rotated",
            "api_key.revoked",
        ]
        for event in recorded:
            assert (event["actor_id"], event["actor"], event["subject"]) == (user.id, user.email, "Notes")
            assert (event["subject_kind"], event["subject_id"]) == ("api_key", made["id"])
            assert not [secret for secret in secrets if secret in str(event)]
        assert recorded[1]["before"] == {
            "monthly_credits": "5",
            "limits": {"per_minute": 60, "per_hour": 1000, "per_day": 10000},
        }
        assert recorded[1]["after"]["monthly_credits"] == "7"
        seen = (await admin.http.get("/api/admin/audit", params={"subject": made["id"]})).json()["items"]
        assert len(seen) == 4

    async def test_what_was_refused_is_not(self, api: Api, user: Person) -> None:
        await user.http.post(API_KEYS, json=GOOD | {"scopes": []})
        await user.http.delete(f"{API_KEYS}/{uuid4()}")
        assert events(api) == []


class TestAdmins:
    async def test_see_everybodys_keys_or_one_persons(self, join: Join, admin: Person) -> None:
        ada, bob = await join(), await join()
        keys = [await make_key(person, name=f"of {person.id}") for person in (ada, bob)]
        await bob.http.delete(f"{API_KEYS}/{keys[1]['id']}")
        found = (await admin.http.get(ADMIN_KEYS)).json()["items"]
        assert [(key["id"], key["user_email"], key["state"]) for key in found] == [
            (keys[1]["id"], bob.email, "revoked"),
            (keys[0]["id"], ada.email, "active"),
        ]
        assert not [key for key in keys if key["key"] in str(found)]
        of_ada = (await admin.http.get(ADMIN_KEYS, params={"user_id": str(ada.id)})).json()["items"]
        assert [key["user_id"] for key in of_ada] == [str(ada.id)]

    async def test_revoke_any_with_a_reason(self, api: Api, user: Person, admin: Person) -> None:
        async with program(user) as script:
            assert (await script.http.get("/api/ai/models")).status_code == 200
            path = f"{ADMIN_KEYS}/{script.id}"
            assert code(await admin.http.delete(path)) == (400, "invalid_request")
            assert code(await admin.http.delete(f"{ADMIN_KEYS}/{uuid4()}?reason=x")) == (404, "not_found")
            for _ in range(2):
                assert (await admin.http.delete(path, params={"reason": "It leaked."})).status_code == 204
            assert (await script.http.get("/api/ai/models")).status_code == 401
        [event] = events(api, "api_key.revoked")
        assert (event["actor"], event["reason"]) == (admin.email, "It leaked.")
