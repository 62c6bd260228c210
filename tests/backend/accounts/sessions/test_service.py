import asyncio
from uuid import uuid4

import httpx
import pytest

from shared.paths import ME, PASSWORD, REFRESH, SESSION_COOKIE, SESSIONS
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import ORIGIN, House, Person, bearer, new_address, sign_in, tokens


async def _refresh(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post(REFRESH, json={"refresh_token": token})


async def _works(client: httpx.AsyncClient, token: str) -> bool:
    return (await client.get("/somebody", headers=bearer(token))).status_code == 200


@pytest.mark.parametrize("token", ["", "flr_unknown", "\0", "x" * 200, "é" * 100])
async def test_an_unknown_refresh_token_is_refused(house: House, token: str) -> None:
    async with house.client() as client:
        response = await _refresh(client, token)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")


async def test_a_refresh_token_of_absurd_length_is_invalid(house: House) -> None:
    async with house.client() as client:
        assert (await _refresh(client, "x" * 10_000)).status_code == 400


async def test_other_tokens_refresh_nothing(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        access = (await tokens(client, person))["access_token"]
        await sign_in(client, person.email, session="cookie")
        cookie = client.cookies[SESSION_COOKIE]
    async with house.client() as client:
        assert [(await _refresh(client, token)).status_code for token in (cookie, access[:200])] == [401, 401]


async def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        first = await tokens(client, person)
        second = (await _refresh(client, first["refresh_token"])).json()
        assert second["expires_in"] == 900
        assert await _works(client, second["access_token"])
        reused = await _refresh(client, first["refresh_token"])
        assert (reused.status_code, reused.json()["error"]["code"]) == (401, "not_signed_in")
        for token in (first["access_token"], second["access_token"]):
            assert not await _works(client, token)
        assert (await _refresh(client, second["refresh_token"])).status_code == 401
    reasons = await house.rows("SELECT reason FROM audit_events WHERE action = 'session.ended'")
    assert reasons == [("A refresh token was used a second time.",)]


async def test_of_many_who_refresh_with_one_token_at_once_exactly_one_wins(houses: Houses) -> None:
    async with houses() as one, houses() as other:
        person = await one.person()
        async with one.client() as first, other.client() as second:
            for _ in range(5):
                token = (await tokens(first, person))["refresh_token"]
                answers = await asyncio.gather(*(_refresh(client, token) for client in (first, second) * 4))
                assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_a_chain_of_refreshes_goes_on_and_lets_the_session_last(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        held = await tokens(client, person)
        await house.rows("UPDATE sessions SET expires_at = now() + interval '1 hour' RETURNING id")
        for _ in range(5):
            response = await _refresh(client, held["refresh_token"])
            assert response.status_code == 200
            held = response.json()
        assert await _works(client, held["access_token"])
    assert await house.rows("SELECT expires_at > now() + interval '59 days' FROM sessions") == [(True,)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE refresh_tokens SET expires_at = now() RETURNING id",
        "UPDATE sessions SET expires_at = now() RETURNING id",
        "UPDATE sessions SET revoked_at = now() RETURNING id",
        "UPDATE users SET suspended = true RETURNING id",
    ],
)
async def test_what_has_ended_cannot_be_refreshed(house: House, change: str) -> None:
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["refresh_token"]
        await house.rows(change)
        assert (await _refresh(client, token)).status_code == 401


async def test_a_refresh_carries_the_role_of_now(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        held = await tokens(client, person)
        await house.rows("UPDATE users SET role = 'support' WHERE id = %s RETURNING id", person.id)
        fresh = (await _refresh(client, held["refresh_token"])).json()
        shown = (await client.get("/somebody", headers=bearer(fresh["access_token"]))).json()
    assert shown["role"] == "support"


async def _ids(client: httpx.AsyncClient, token: str) -> dict[bool, list[str]]:
    items = (await client.get(SESSIONS, headers=bearer(token))).json()["items"]
    return {current: [item["id"] for item in items if item["current"] is current] for current in (True, False)}


async def test_sessions_of_others_cannot_be_ended(house: House) -> None:
    ada, grace = await house.person(), await house.person()
    async with house.client() as client:
        hers, mine = await tokens(client, ada), await tokens(client, grace)
        (victim,) = (await _ids(client, hers["access_token"]))[True]
        for id_ in (victim, str(uuid4())):
            response = await client.delete(SESSIONS, params={"id": id_}, headers=bearer(mine["access_token"]))
            assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
        assert await _works(client, hers["access_token"])


@pytest.mark.parametrize(
    "query", ["id=nonsense", "id=", "ids=1", "session_id=1", "id={0}&id={0}", "id={0}&x=1", "id=%00", "id=%ED%A0%80"]
)
async def test_a_query_that_is_not_understood_ends_nothing(house: House, query: str) -> None:
    person = await house.person()
    async with house.client() as client:
        one, other = await tokens(client, person), await tokens(client, person)
        path = f"{SESSIONS}?{query.format((await _ids(client, one['access_token']))[False][0])}"
        response = await client.delete(path, headers=bearer(one["access_token"]))
        assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
        assert await _works(client, other["access_token"])


async def test_one_session_ends_at_once_and_only_once(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        one, other = await tokens(client, person), await tokens(client, person)
        (id_,) = (await _ids(client, one["access_token"]))[False]
        headers = bearer(one["access_token"])
        assert await _works(client, other["access_token"])
        assert (await client.delete(SESSIONS, params={"id": id_}, headers=headers)).status_code == 204
        assert not await _works(client, other["access_token"])
        assert (await client.delete(SESSIONS, params={"id": id_}, headers=headers)).status_code == 404
        assert await _works(client, one["access_token"])


async def test_all_others_end_and_nobody_elses(house: House) -> None:
    person, stranger = await house.person(), await house.person()
    async with house.client() as client:
        one, other, third = [(await tokens(client, whose))["access_token"] for whose in (person, person, stranger)]
        assert (await client.delete(SESSIONS, headers=bearer(one))).status_code == 204
        assert [await _works(client, token) for token in (one, other, third)] == [True, False, True]


async def test_sessions_are_listed_newest_first_page_by_page(house: House) -> None:
    person, address = await house.person(), new_address()
    async with house.client(address, **{"user-agent": "Test\x7f Browser/1.0 " + "x" * 500}) as client:
        held = [(await tokens(client, person))["access_token"] for _ in range(4)]
        await sign_in(client, person.email, session="cookie")
        seen, cursor = [], None
        for _ in range(5):
            query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await client.get(SESSIONS, params=query, headers=bearer(held[0]))).json()
            seen += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
    assert [item["kind"] for item in seen] == ["cookie", "token", "token", "token", "token"]
    assert [item["current"] for item in seen] == [False, False, False, False, True]
    assert [item["id"] for item in seen] == sorted({item["id"] for item in seen}, reverse=True)
    assert {item["address"] for item in seen} == {address}
    assert all(item["user_agent"].startswith("Test Browser/1.0 x") for item in seen)
    assert all(len(item["user_agent"]) == 300 for item in seen)


async def test_ended_sessions_are_not_listed(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        one = (await tokens(client, person))["access_token"]
        for change in ("revoked_at", "expires_at"):
            await tokens(client, person)
            (id_,) = (await _ids(client, one))[False]
            await house.rows(f"UPDATE sessions SET {change} = now() WHERE id = %s RETURNING id", id_)
            assert (await _ids(client, one))[False] == []


@pytest.mark.parametrize("cursor", ["x", "AAAA", "\0", "x" * 2000, "WyIxIl0"])
async def test_a_foreign_cursor_is_refused(house: House, cursor: str) -> None:
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["access_token"]
        response = await client.get(SESSIONS, params={"cursor": cursor}, headers=bearer(token))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")


async def test_a_browser_that_signs_in_again_leaves_no_session_behind(house: House) -> None:
    ada, grace = await house.person(), await house.person()
    async with house.client() as client:
        await sign_in(client, ada.email, session="cookie")
        first = client.cookies[SESSION_COOKIE]
        await sign_in(client, grace.email, session="cookie")
        assert client.cookies[SESSION_COOKIE] != first
        assert (await client.get(ME)).json()["email"] == grace.email
        client.cookies.clear()
        assert not await _works(client, first)


async def test_tokens_for_a_script_leave_the_browsers_session_alone(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        await sign_in(client, person.email, session="cookie")
        assert (await sign_in(client, person.email)).json()["tokens"] is not None
        assert (await client.get(ME)).status_code == 200


async def _browser(house: House, client: httpx.AsyncClient) -> Person:
    person = await house.person()
    await sign_in(client, person.email, session="cookie")
    return person


async def test_no_account_route_answers_nobody(house: House) -> None:
    async with house.client() as client:
        for method, path in (("GET", ME), ("GET", SESSIONS), ("DELETE", SESSIONS)):
            assert (await client.request(method, path, headers=ORIGIN)).status_code == 401
        body = {"current": "x", "new": "long enough for once"}
        assert (await client.post(PASSWORD, json=body, headers=ORIGIN)).status_code == 401
