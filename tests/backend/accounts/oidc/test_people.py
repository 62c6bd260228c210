"""Whose account it is, and what becomes of it."""

import asyncio
from typing import Any

import pytest

from shared.accounts import UserRole
from shared.paths import ME, SESSION_COOKIE, SESSIONS, SIGNIN_OPTIONS, SIGNUP
from tests.backend.accounts.house import BROWSER, PASSWORD, House, bearer, sign_in
from tests.backend.accounts.oidc.conftest import Door, Doors, trouble_of
from tests.fixtures.openid import USERINFO, Signing, own_key

NEW = "a brand new password"


async def events(house: House) -> list[str]:
    """What the audit log says of people, oldest first."""
    found = await house.rows("SELECT action FROM audit_events WHERE starts_with(action, 'user.') ORDER BY id")
    return [str(action) for (action,) in found]


async def suspend(house: House, email: str) -> None:
    await house.rows("UPDATE users SET suspended = true WHERE email = %s RETURNING id", email)


class TestRefused:
    async def test_somebody_suspended(self, door: Door) -> None:
        async with door.client() as client:
            await door.sign_in(client, "mara")
        await suspend(door.house, "mara@example.org")
        async with door.client() as client:
            assert await door.trouble(client) == "suspended"

    async def test_somebody_suspended_who_never_came_this_way(self, door: Door) -> None:
        person = await door.house.person()
        await suspend(door.house, person.email)
        door.openid.person("ada", email=person.email, email_verified=True)
        async with door.client() as client:
            assert await door.trouble(client, "ada") == "suspended"
        assert await door.house.rows("SELECT 1 FROM external_identities") == []

    @pytest.mark.parametrize("verified", [False, None, "yes", 1, "false"])
    async def test_an_address_of_somebody_elses_that_is_not_verified(self, door: Door, verified: object) -> None:
        person = await door.house.person()
        door.openid.person("thief", email=person.email, email_verified=verified)
        async with door.client() as client:
            assert await door.trouble(client, "thief") == "email_unverified"

    async def test_strangers_where_sign_up_is_closed(self, doors: Doors) -> None:
        async with doors(house={"signup": "closed"}) as door, door.client() as client:
            assert await door.trouble(client) == "signup_closed"
        async with doors(signup="closed") as door, door.client() as client:
            assert await door.trouble(client) == "signup_closed"

    @pytest.mark.parametrize("email", [None, "", "no address", "a@b\0c.example", 7])
    async def test_somebody_without_an_address(self, door: Door, email: object) -> None:
        door.openid.person("anon", **({} if email is None else {"email": email, "email_verified": True}))
        async with door.client() as client:
            assert await door.trouble(client, "anon") == "email_missing"

    async def test_an_address_of_another_domain(self, doors: Doors) -> None:
        async with doors(allowed_domains="example.com") as door, door.client() as client:
            assert await door.trouble(client) == "email_foreign"

    async def test_an_address_of_an_allowed_domain_that_is_merely_claimed(self, doors: Doors) -> None:
        async with doors(allowed_domains="example.org") as door, door.client() as client:
            door.openid.person("eve", email="eve@example.org", email_verified=False)
            assert await door.trouble(client, "eve") == "email_unverified"


class TestNew:
    async def test_gets_an_account_with_a_session_like_any_other(self, door: Door) -> None:
        async with door.client() as client:
            answer = await door.sign_in(client, "mara", return_to="/usage?from=1")
            assert answer.headers["location"] == "/usage?from=1"
            cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith(SESSION_COOKIE))
            assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
            me = await door.whoever(client)
            assert me is not None
            assert (me["email"], me["name"], me["role"]) == ("mara@example.org", "Mara Lindqvist", "user")
            assert len((await client.get(SESSIONS)).json()["items"]) == 1
        assert await events(door.house) == ["user.created", "user.signed_up"]

    async def test_is_made_where_the_provider_may_though_others_may_not(self, doors: Doors) -> None:
        async with doors(house={"signup": "closed"}, signup="open") as door, door.client() as client:
            assert trouble_of(await door.sign_in(client, "mara")) == ""
            answer = await client.post(SIGNUP, json={"email": "a@b.example", "password": NEW, "name": "A"})
            assert answer.status_code == 403

    async def test_is_one_person_however_often_and_wherever_they_come(self, door: Door) -> None:
        door.openid.person("mara", email="mara@example.org", email_verified=True)
        async with door.client() as one, door.client() as two:
            backs = [await door.openid.sign_in(await door.begin(each), "mara") for each in (one, two)]
            answers = await asyncio.gather(*(c.get(b) for c, b in zip((one, two), backs, strict=True)))
            assert [trouble_of(each) for each in answers] == ["", ""]
            people = [await door.whoever(each) for each in (one, two)]
            assert people[0] is not None
            assert people[0] == people[1]
        assert len(await door.house.rows("SELECT 1 FROM external_identities")) == 1

    async def test_is_the_same_person_after_their_address_changed(self, door: Door) -> None:
        async with door.client() as client:
            await door.sign_in(client, "mara")
            before = await door.whoever(client)
            door.openid.person("mara", email="mara.l@example.org", email_verified=True)
            await door.sign_in(client, "mara")
            after = await door.whoever(client)
        assert before is not None
        assert after is not None
        assert (after["id"], after["email"]) == (before["id"], "mara@example.org")

    async def test_facts_that_the_id_token_lacks_are_asked_for(self, door: Door) -> None:
        door.openid.person("mara", email="mara@example.org", email_verified=True, name="Mara")
        key = own_key("k")

        def bare(claims: dict[str, Any]) -> dict[str, Any]:
            return {name: claims[name] for name in claims if name not in ("email", "email_verified", "name")}

        door.openid.signing = Signing(key, [key], bare)
        async with door.client() as client:
            await door.sign_in(client, "mara")
            me = await door.whoever(client)
        assert me is not None
        assert me["name"] == "Mara"
        assert door.openid.asked(USERINFO) == 1

    async def test_the_earlier_session_of_the_browser_ends(self, door: Door) -> None:
        person = await door.house.person()
        async with door.client() as client:
            await sign_in(client, person.email, session="cookie")
            old = client.cookies[SESSION_COOKIE]
            await door.sign_in(client, "mara")
            assert client.cookies[SESSION_COOKIE] != old
        async with door.client() as client:
            assert (await client.get(ME, headers=bearer(old))).status_code == 401


class TestKnown:
    async def test_by_a_verified_address_keeps_account_and_password(self, door: Door) -> None:
        person = await door.house.person(UserRole.SUPPORT)
        door.openid.person("ada", email=person.email.upper(), email_verified="true")
        async with door.client() as client:
            await door.sign_in(client, "ada")
            me = await door.whoever(client)
        assert me is not None
        assert (me["id"], me["role"]) == (str(person.id), "support")
        async with door.client() as client:
            assert (await sign_in(client, person.email, PASSWORD)).status_code == 200
        assert (await events(door.house))[-1] == "user.linked"

    async def test_by_a_provider_that_is_trusted_to_have_verified(self, doors: Doors) -> None:
        async with doors(trust_email=True) as door:
            person = await door.house.person()
            door.openid.person("ada", email=person.email)
            async with door.client() as client:
                assert trouble_of(await door.sign_in(client, "ada")) == ""
                me = await door.whoever(client)
        assert me is not None
        assert me["id"] == str(person.id)

    async def test_whoever_only_claimed_an_address_loses_their_ways_in(self, door: Door) -> None:
        """Else an attacker could sign up with somebody's address and wait for them in their account."""
        async with door.client() as squatter:
            body = {"email": "mara@example.org", "password": PASSWORD, "name": "Not Mara", "session": "cookie"}
            assert (await squatter.post(SIGNUP, json=body, headers=BROWSER)).status_code == 201
            async with door.client() as client:
                await door.sign_in(client, "mara")
                assert await door.whoever(client) is not None
            assert await door.whoever(squatter) is None
            assert (await sign_in(squatter, "mara@example.org")).status_code == 401
        assert (await events(door.house))[-2:] == ["user.handed_over", "user.linked"]
        async with door.client() as client:  # and only once
            await door.sign_in(client, "mara")
        assert (await events(door.house))[-1] == "user.linked"

    async def test_a_claimed_address_of_a_first_sign_in_is_handed_over_too(self, door: Door) -> None:
        door.openid.person("squatter", email="mara@example.org", email_verified=False)
        async with door.client() as squatter:
            assert trouble_of(await door.sign_in(squatter, "squatter")) == ""
            async with door.client() as client:
                await door.sign_in(client, "mara")
            assert await door.whoever(squatter) is None
            assert await door.trouble(squatter, "squatter") == "email_unverified"


class TestWithoutPasswords:
    @pytest.fixture
    def off(self) -> dict[str, object]:
        return {"password_sign_in": "off", "admin_email": "admin@example.org"}

    async def test_nothing_that_takes_one_works(self, doors: Doors, off: dict[str, object]) -> None:
        async with doors(house=off) as door, door.client() as client:
            person = await door.house.person()
            refused = [
                await sign_in(client, person.email),
                await client.post(SIGNUP, json={"email": "a@b.example", "password": NEW, "name": "A"}),
                await client.post("/v1/auth/reset", json={"token": "x", "new": NEW}),
            ]
            await door.sign_in(client, "mara")
            change = {"current": PASSWORD, "new": NEW}
            refused.append(await client.post("/v1/auth/password", json=change, headers=BROWSER))
            assert {(each.status_code, each.json()["error"]["code"]) for each in refused} == {(403, "not_allowed")}
            assert await door.house.rows("SELECT key FROM sign_in_throttles") == []

    async def test_the_page_is_told(self, doors: Doors, off: dict[str, object]) -> None:
        async with doors(house=off) as door, door.client() as client:
            told = (await client.get(SIGNIN_OPTIONS)).json()
        start = "/v1/auth/oidc/acme/start"
        assert told == {
            "password": "off",
            "signup": "closed",
            "single_sign_on": [{"name": "acme", "label": "Acme", "start": start}],
        }

    async def test_the_first_admin_gets_in_by_their_address(self, doors: Doors, off: dict[str, object]) -> None:
        async with doors(house=off) as door, door.client() as client:
            door.openid.person("boss", email="admin@example.org", email_verified=True)
            await door.sign_in(client, "boss")
            me = await door.whoever(client)
        assert me is not None
        assert me["role"] == "admin"
