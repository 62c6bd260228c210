import asyncio

import httpx
import pytest

from shared.accounts import UserRole
from shared.paths import ADMIN, RESET, SESSION_COOKIE
from shared.paths import PASSWORD as PASSWORD_PATH
from tests.backend.accounts.house import PASSWORD, House, Person, bearer, new_email, sign_in, tokens

NEW = "an entirely new one"


async def _change(client: httpx.AsyncClient, token: str, current: str = PASSWORD, new: str = NEW) -> httpx.Response:
    return await client.post(PASSWORD_PATH, json={"current": current, "new": new}, headers=bearer(token))


async def _reset(client: httpx.AsyncClient, token: str, new: str = NEW) -> httpx.Response:
    return await client.post(RESET, json={"token": token, "new": new})


async def _link(house: House, person: Person) -> str:
    """The token of a link that an admin issued."""
    admin = await house.person(UserRole.ADMIN)
    async with house.client() as client:
        held = (await tokens(client, admin))["access_token"]
        response = await client.post(f"{ADMIN}/users/{person.id}/reset", headers=bearer(held))
    assert response.status_code == 200, response.text
    path: str = response.json()["path"]
    assert path.startswith("/reset?token=flp_")
    return path.partition("=")[2]


async def _sign_in(house: House, person: Person, password: str) -> int:
    async with house.client() as client:
        return (await sign_in(client, person.email, password)).status_code


async def test_a_wrong_current_password_is_no_lost_session_and_counts(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["access_token"]
        answers = [await _change(client, token, "wrong") for _ in range(6)]
        right = await _change(client, token)
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    error = answers[0].json()["error"]
    assert error["code"] == "wrong_credentials"
    assert error["message"] == "The current password is not right. 4 tries left before a pause of 15 minutes."
    assert right.status_code == 429
    assert await _sign_in(house, person, PASSWORD) == 429


@pytest.mark.parametrize("new", ["", "too short", "x" * 1025])
async def test_an_unusable_new_password_changes_nothing(house: House, new: str) -> None:
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["access_token"]
        assert (await _change(client, token, new=new)).status_code == 400
    assert await _sign_in(house, person, PASSWORD) == 200


async def test_a_change_ends_every_other_session_and_link(house: House) -> None:
    person = await house.person()
    link = await _link(house, person)
    async with house.client() as client, house.client() as browser:
        one, other = await tokens(client, person), await tokens(client, person)
        await sign_in(browser, person.email, session="cookie")
        assert (await _change(client, one["access_token"])).status_code == 204
        assert (await client.get("/somebody", headers=bearer(one["access_token"]))).status_code == 200
        assert (await client.get("/somebody", headers=bearer(other["access_token"]))).status_code == 401
        assert (await browser.get("/somebody")).status_code == 401
        assert (await _reset(client, link)).status_code == 400
    assert [await _sign_in(house, person, password) for password in (PASSWORD, NEW)] == [401, 200]


async def test_of_two_changes_at_once_one_wins(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["access_token"]
        answers = await asyncio.gather(*(_change(client, token, new=f"new password {n}") for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 403, 403]


async def test_a_sign_in_under_way_does_not_survive_a_change(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is checked, changed by its owner, and only then the session would be opened."""
    person = await house.person()
    async with house.client() as client:
        token = (await tokens(client, person))["access_token"]
        check = house.hashes.matches
        changed = False

        async def change_meanwhile(stored: str | None, password: str) -> bool:
            nonlocal changed
            right = await check(stored, password)
            if not changed:
                changed = True
                fresh = await house.hashes.hash(NEW)
                await house.rows("UPDATE users SET password_hash = %s WHERE id = %s RETURNING id", fresh, person.id)
            return right

        monkeypatch.setattr(house.hashes, "matches", change_meanwhile)
        assert (await _change(client, token)).status_code == 403
    assert await _sign_in(house, person, NEW) == 200


@pytest.mark.parametrize("token", ["", "flp_unknown", "\0", "é" * 100])
async def test_an_unknown_link_is_refused(house: House, token: str) -> None:
    async with house.client() as client:
        response = await _reset(client, token)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
    assert house.hasher.checks == 0


async def test_a_link_works_once_ends_every_session_and_any_pause(house: House) -> None:
    person = await house.person()
    link = await _link(house, person)
    async with house.client() as client, house.client() as browser:
        held = (await tokens(client, person))["access_token"]
        await sign_in(browser, person.email, session="cookie")
        for _ in range(5):
            await sign_in(client, person.email, "wrong password")
        assert (await _reset(client, link)).status_code == 204
        assert SESSION_COOKIE not in client.cookies
        assert (await client.get("/somebody", headers=bearer(held))).status_code == 401
        assert (await browser.get("/somebody")).status_code == 401
        assert (await _reset(client, link, "yet another password")).status_code == 400
    assert [await _sign_in(house, person, password) for password in (PASSWORD, NEW)] == [401, 200]


async def test_of_two_who_use_a_link_at_once_one_wins(house: House) -> None:
    person = await house.person()
    link = await _link(house, person)
    async with house.client() as client:
        answers = await asyncio.gather(*(_reset(client, link, f"new password {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 400, 400, 400]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 204)
    assert await _sign_in(house, person, f"new password {winner}") == 200


async def test_a_newer_link_replaces_an_older_one(house: House) -> None:
    person = await house.person()
    older, newer = await _link(house, person), await _link(house, person)
    async with house.client() as client:
        assert [(await _reset(client, link)).status_code for link in (older, newer)] == [400, 204]


async def test_a_link_lasts_a_day(house: House) -> None:
    person = await house.person()
    link = await _link(house, person)
    lasts = await house.rows("SELECT expires_at - created_at = interval '24 hours' FROM password_resets")
    assert lasts == [(True,)]
    await house.rows("UPDATE password_resets SET expires_at = now() RETURNING id")
    async with house.client() as client:
        assert (await _reset(client, link)).status_code == 400


async def test_what_happened_to_a_password_is_audited_without_it(house: House) -> None:
    person = await house.person()
    link = await _link(house, person)
    async with house.client() as client:
        await _reset(client, link)
        token = (await sign_in(client, person.email, NEW)).json()["tokens"]["access_token"]
        assert (await _change(client, token, NEW, "and one more of them")).status_code == 204
    events = await house.rows(
        "SELECT action, to_jsonb(a)::text FROM audit_events a WHERE subject_id = %s ORDER BY id", str(person.id)
    )
    assert [row[0] for row in events] == ["password.link_issued", "password.reset", "password.changed"]
    assert not any(secret in str(row[1]) for row in events for secret in (link, NEW, "one more of them"))


@pytest.mark.parametrize("role", [None, UserRole.USER, UserRole.SUPPORT])
async def test_only_admins_issue_links(house: House, role: UserRole | None) -> None:
    person = await house.person()
    async with house.client() as client:
        headers = {}
        if role is not None:
            headers = bearer((await tokens(client, await house.person(role)))["access_token"])
        response = await client.post(f"{ADMIN}/users/{person.id}/reset", headers=headers)
    assert response.status_code == (401 if role is None else 403)
    assert await house.rows("SELECT id FROM password_resets") == []


@pytest.mark.parametrize(("user_id", "status"), [("01890a5d-ac96-774b-bcce-b302099a8057", 404), ("nonsense", 404)])
async def test_nobody_gets_no_link(house: House, user_id: str, status: int) -> None:
    async with house.client() as client:
        held = (await tokens(client, await house.person(UserRole.ADMIN)))["access_token"]
        response = await client.post(f"{ADMIN}/users/{user_id}/reset", headers=bearer(held))
    assert response.status_code == status


async def test_an_unknown_person_is_not_created_by_a_reset(house: House) -> None:
    async with house.client() as client:
        assert (await _reset(client, "flp_" + "x" * 43)).status_code == 400
        assert (await sign_in(client, new_email(), NEW)).status_code == 401
