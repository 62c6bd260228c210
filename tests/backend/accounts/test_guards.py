import json

import httpx
import pytest

from shared.accounts import UserRole
from shared.paths import LOGIN, LOGOUT, ME, REFRESH, SESSION_COOKIE, SESSIONS
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import HOST, ORIGIN, PASSWORD, House, Person, bearer, sign_in

FOREIGN = {"origin": "https://evil.example"}


async def _browser(house: House, client: httpx.AsyncClient) -> Person:
    person = await house.person()
    assert (await sign_in(client, person.email, session="cookie")).status_code == 200
    return person


@pytest.mark.parametrize(
    "headers",
    [
        {},
        FOREIGN,
        {"origin": "null"},
        {"origin": f"http://{HOST}.evil.example"},
        {"referer": "https://evil.example/"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", **FOREIGN},
    ],
)
async def test_a_write_by_cookie_must_come_from_a_page_of_ours(house: House, headers: dict[str, str]) -> None:
    async with house.client() as client:
        await _browser(house, client)
        for method, path in (("POST", LOGOUT), ("DELETE", SESSIONS)):
            response = await client.request(method, path, headers=headers)
            assert (response.status_code, response.json()["error"]["code"]) == (403, "not_allowed")
        assert (await client.get(ME)).status_code == 200, "still signed in"


@pytest.mark.parametrize(
    "headers",
    [
        ORIGIN,
        {"referer": f"http://{HOST}/page"},
        {"sec-fetch-site": "same-origin"},
        {**ORIGIN, "sec-fetch-site": "same-origin"},
    ],
)
async def test_our_own_pages_may_write_by_cookie(house: House, headers: dict[str, str]) -> None:
    async with house.client() as client:
        await _browser(house, client)
        assert (await client.post(LOGOUT, headers=headers)).status_code == 204


async def test_pages_of_public_origins_may_write_by_cookie(houses: Houses) -> None:
    async with houses(public_origins=("https://app.example.com",)) as house, house.client() as client:
        await _browser(house, client)
        headers = {"origin": "https://app.example.com", "sec-fetch-site": "cross-site"}
        assert (await client.post(LOGOUT, headers=headers)).status_code == 204


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_without_an_authorization_header_must_be_json(house: House, media_type: str) -> None:
    person = await house.person()
    body = json.dumps({"email": person.email, "password": PASSWORD, "session": "cookie"})
    async with house.client() as client:
        response = await client.post(LOGIN, content=body, headers={**ORIGIN, "content-type": media_type})
        assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")
        assert SESSION_COOKIE not in client.cookies


async def test_a_foreign_page_cannot_sign_a_browser_in(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        body = {"email": person.email, "password": PASSWORD, "session": "cookie"}
        assert (await client.post(LOGIN, json=body, headers=FOREIGN)).status_code == 403
        assert SESSION_COOKIE not in client.cookies


async def test_a_script_needs_no_origin(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        body = {"email": person.email, "password": PASSWORD}
        signed_in = await client.post(LOGIN, json=body)
        assert signed_in.status_code == 200
        tokens = signed_in.json()["tokens"]
        assert (await client.post(REFRESH, json={"refresh_token": tokens["refresh_token"]})).status_code == 200
        assert (await client.post(LOGOUT, headers=bearer(tokens["access_token"]))).status_code == 204


async def test_with_an_authorization_header_the_cookie_does_not_count(house: House) -> None:
    async with house.client() as client:
        await _browser(house, client)
        for value in ("Bearer nonsense", "Basic YTpi", ""):
            headers = {"authorization": value}
            assert (await client.get(ME, headers=headers)).status_code == 401
            assert (await client.delete(SESSIONS, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("role", "status"), [(None, 401), (UserRole.USER, 403), (UserRole.SUPPORT, 200), (UserRole.ADMIN, 200)]
)
async def test_a_role_may_do_what_those_before_it_may(house: House, role: UserRole | None, status: int) -> None:
    async with house.client() as client:
        if role is not None:
            person = await house.person(role)
            assert (await sign_in(client, person.email, session="cookie")).status_code == 200
        assert (await client.get("/support")).status_code == status


async def test_nobody_is_told_to_sign_in(house: House) -> None:
    async with house.client() as client:
        response = await client.get("/somebody")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_signed_in")
