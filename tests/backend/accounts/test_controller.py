import pytest

from shared.paths import LOGIN, LOGOUT, ME, SESSION_COOKIE, SIGNIN_OPTIONS
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import HOST, ORIGIN, PASSWORD, House, bearer, sign_in


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"email": "a@example.org"}',
        b'{"email": "a@example.org", "password": "\\ud800"}',
        b'{"email": "a\xed\xa0\x80", "password": "x"}',
        b'{"email": "a@example.org", "password": "x", "session": "forever"}',
        b'{"email": "a@example.org", "password": "x", "admin": true}',
        b'{"email": "a@example.org", "password": 1}',
        b'{"email": ["a@example.org"], "password": "x"}',
        b'{"email": "' + b"x" * 10_000 + b'", "password": "x"}',
        b'{"email": "a@example.org", "password": "' + b"x" * 10_000 + b'"}',
        b"[" * 100_000,
    ],
)
async def test_a_malformed_sign_in_is_invalid_and_counts_nothing(house: House, body: bytes) -> None:
    async with house.client() as client:
        response = await client.post(LOGIN, content=body, headers={**ORIGIN, "content-type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid_request")
    assert await house.rows("SELECT key FROM sign_in_throttles") == []


@pytest.mark.parametrize("email", ["a\0b@example.org", "no address", "'; DROP TABLE users; --", "%%%"])
async def test_a_sign_in_with_what_is_no_address_reads_like_any_other(house: House, email: str) -> None:
    async with house.client() as client:
        response = await sign_in(client, email)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "wrong_credentials")


async def test_a_browser_gets_a_cookie_and_no_tokens(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        response = await sign_in(client, person.email, session="cookie")
    assert response.json()["tokens"] is None
    cookie = response.headers["set-cookie"]
    name, *attributes = [part.strip() for part in cookie.split(";")]
    assert name.startswith(f"{SESSION_COOKIE}=fls_")
    assert {attribute.lower() for attribute in attributes} == {
        "httponly",
        "samesite=lax",
        "path=/",
        "max-age=34560000",
    }
    assert response.headers["cache-control"] == "no-store"


async def test_a_script_gets_tokens_and_no_cookie(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        body = {"email": person.email, "password": PASSWORD}
        response = await client.post(LOGIN, json=body)
    assert "set-cookie" not in response.headers
    found = response.json()["tokens"]
    assert (found["expires_in"], found["token_type"]) == (900, "Bearer")


@pytest.mark.parametrize(
    ("peer", "headers", "secure"),
    [
        ("203.0.113.7", {"x-forwarded-proto": "https"}, False),
        ("127.0.0.1", {"x-forwarded-proto": "http"}, False),
        ("127.0.0.1", {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"}, True),
        ("203.0.113.7", {"origin": f"https://{HOST}"}, True),
    ],
)
async def test_the_cookie_is_secure_when_the_browser_speaks_https(
    house: House, peer: str, headers: dict[str, str], secure: bool
) -> None:
    person = await house.person()
    async with house.client(peer) as client:
        body = {"email": person.email, "password": PASSWORD, "session": "cookie"}
        response = await client.post(LOGIN, json=body, headers=headers)
        assert response.status_code == 200
        assert ("secure" in response.headers["set-cookie"].lower()) is secure
        out = await client.post(LOGOUT, headers={**ORIGIN, **headers})
        assert ("secure" in out.headers["set-cookie"].lower()) is secure


async def test_the_web_app_passes_the_cookie_on_as_a_bearer_token(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        await sign_in(client, person.email, session="cookie")
        token = client.cookies[SESSION_COOKIE]
    async with house.client() as client:
        assert (await client.get(ME, headers=bearer(token))).json()["email"] == person.email
        assert (await client.post(LOGOUT, headers=bearer(token))).status_code == 204, "no Origin is needed"
        assert (await client.get(ME, headers=bearer(token))).status_code == 401


async def test_signing_out_ends_the_session_takes_the_cookie_and_may_be_repeated(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        await sign_in(client, person.email, session="cookie")
        token = client.cookies[SESSION_COOKIE]
        response = await client.post(LOGOUT, headers=ORIGIN)
        assert response.status_code == 204
        assert "max-age=0" in response.headers["set-cookie"].lower()
        assert SESSION_COOKIE not in client.cookies
        assert (await client.get(ME, headers=bearer(token))).status_code == 401
        again = await client.post(LOGOUT, headers={**ORIGIN, "cookie": f"{SESSION_COOKIE}={token}"})
        assert again.status_code == 204
        assert (await client.post(LOGOUT, headers=ORIGIN)).status_code == 204


async def test_me_tells_person_plan_and_what_can_be_spent(house: House) -> None:
    person = await house.person()
    await house.rows("UPDATE credit_accounts SET held = 1.25 WHERE user_id = %s RETURNING user_id", person.id)
    async with house.client() as client:
        signed_in = await sign_in(client, person.email, session="cookie")
        me = (await client.get(ME)).json()
    assert me == signed_in.json()["user"]
    ((monthly, spendable),) = await house.rows(
        "SELECT p.monthly_credits::text, (a.balance - a.held)::text FROM credit_accounts a"
        " JOIN user_entitlements e USING (user_id) JOIN plans p ON p.id = e.plan_id WHERE a.user_id = %s",
        person.id,
    )
    assert me["plan"]["monthly_credits"] == monthly == me["entitlement"]["monthly_credits"]
    assert me["balance"] == spendable
    assert me["organisation"]["name"] == "Ada"
    assert me["entitlement"]["overrides"] == []
    assert me["simulated"] is True


async def test_me_opens_the_credit_period_when_a_month_has_passed(house: House) -> None:
    person = await house.person()
    await house.rows(
        "UPDATE credit_accounts SET period = period - interval '1 month' WHERE user_id = %s RETURNING user_id",
        person.id,
    )
    async with house.client() as client:
        await sign_in(client, person.email, session="cookie")
        me = (await client.get(ME)).json()
        assert (await client.get(ME)).json() == me
    kinds = await house.rows("SELECT kind FROM ledger_entries WHERE user_id = %s ORDER BY id", person.id)
    assert kinds == [("grant",), ("expire",), ("grant",)]
    assert me["balance"] == me["plan"]["monthly_credits"]
    ((sum_,),) = await house.rows("SELECT sum(amount)::text FROM ledger_entries WHERE user_id = %s", person.id)
    assert sum_ == me["balance"]


@pytest.mark.parametrize("signup", ["open", "closed"])
async def test_anybody_may_ask_what_the_sign_in_page_offers(houses: Houses, signup: str) -> None:
    async with houses(signup=signup) as house, house.client() as client:
        response = await client.get(SIGNIN_OPTIONS)
    assert response.json() == {"password": "on", "signup": signup, "single_sign_on": []}
