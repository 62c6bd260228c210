"""Out here, and out there."""

import httpx
import pytest

from shared.paths import LOGOUT, SESSION_COOKIE
from tests.backend.accounts.house import BROWSER, HOST, sign_in
from tests.backend.accounts.oidc.conftest import CLIENT_ID, Door
from tests.fixtures.openid import DISCOVERY, TOKEN, Claims


async def test_a_browser_is_sent_on_to_the_provider(door: Door) -> None:
    given: list[str] = []

    def note(answer: Claims) -> Claims:
        given.append(answer["id_token"])
        return answer

    door.openid.changes[TOKEN] = note
    async with door.client() as client:
        await door.sign_in(client, "mara")
        stored = await door.house.rows("SELECT provider, id_token_ciphertext FROM external_sessions")
        answer = await client.post(LOGOUT, headers=BROWSER)
        assert answer.status_code == 200
        assert SESSION_COOKIE not in client.cookies
        assert await door.whoever(client) is None
        address = httpx.URL(answer.json()["continue_at"])
        assert str(address).startswith(f"{door.openid.issuer}/oauth2/end_session?")
        assert dict(address.params) == {
            "client_id": CLIENT_ID,
            "post_logout_redirect_uri": f"http://{HOST}/",
            "id_token_hint": given[0],
        }
        assert (await client.post(LOGOUT, headers=BROWSER)).status_code == 204
    [(provider, sealed)] = stored
    assert provider == "acme"
    assert isinstance(sealed, bytes)
    assert given[0].encode() not in sealed
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(address)).status_code == 200


async def test_whoever_signed_in_with_a_password_is_not(door: Door) -> None:
    person = await door.house.person()
    async with door.client() as client:
        await sign_in(client, person.email, session="cookie")
        assert (await client.post(LOGOUT, headers=BROWSER)).status_code == 204


@pytest.mark.parametrize("why", ["no endpoint", "silence"])
async def test_where_the_provider_has_no_way_out_ours_does(
    door: Door, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "no endpoint":
        door.openid.changes[DISCOVERY] = lambda told: {**told, "end_session_endpoint": None}
    async with door.client() as client:
        await door.sign_in(client, "mara")
        if why == "silence":
            monkeypatch.setattr("backend.accounts.oidc.remembered.FRESH_SECONDS", 0)
            monkeypatch.setattr("backend.accounts.oidc.service.FAREWELL_SECONDS", 0.1)
            door.openid.delays[DISCOVERY] = 0.5
        assert (await client.post(LOGOUT, headers=BROWSER)).status_code == 204
        assert await door.whoever(client) is None


async def test_a_token_under_another_secret_is_left_out(door: Door) -> None:
    async with door.client() as client:
        await door.sign_in(client, "mara")
        await door.house.rows("UPDATE external_sessions SET id_token_ciphertext = 'x' RETURNING session_id")
        answer = await client.post(LOGOUT, headers=BROWSER)
    assert "id_token_hint" not in answer.json()["continue_at"]
