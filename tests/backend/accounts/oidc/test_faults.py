"""What a provider may do wrong, and what nobody may do with its answers."""

import json
import time
from collections.abc import Callable

import httpx
import pytest
from joserfc.jwk import OctKey

from backend.accounts.oidc import remembered, web
from tests.backend.accounts.house import HOST
from tests.backend.accounts.oidc.conftest import CALLBACK, CLIENT_ID, SECRET, START, Door, Doors, trouble_of
from tests.fixtures.openid import DISCOVERY, JWKS, TOKEN, USERINFO, Claims, Signing, own_key

KEY, OTHER = own_key("one"), own_key("two")
SHARED = OctKey.import_key(SECRET)
HUGE = b'{"issuer": "' + b"x" * 10_000_000 + b'"}'


def says(**claims: object) -> Callable[[Claims], Claims]:
    """Makes an id token say something else; None takes a claim away."""
    return lambda told: {name: value for name, value in {**told, **claims}.items() if value is not None}


class TestIdToken:
    async def test_a_good_one_of_ones_own_key_is_believed(self, door: Door) -> None:
        door.openid.signing = Signing(KEY, [OTHER, KEY])
        async with door.client() as client:
            assert (await door.sign_in(client, "mara")).headers["location"] == "/"
            assert await door.whoever(client) is not None

    @pytest.mark.parametrize(
        "change",
        [
            says(nonce="another"),
            says(nonce=None),
            says(aud="somebody-else"),
            says(aud=[]),
            says(aud=None),
            says(aud=["somebody-else", CLIENT_ID], azp="somebody-else"),
            says(aud=["somebody-else", CLIENT_ID]),
            says(azp="somebody-else"),
            says(iss="https://somebody.example"),
            says(iss=None),
            says(sub=None),
            says(sub=1),
            says(sub=""),
            says(sub="x" * 256),
            says(exp=int(time.time()) - 120),
            says(exp=None),
            says(exp="tomorrow"),
            says(exp=float("nan")),
            says(iat=int(time.time()) + 3600),
            says(iat=None),
            says(nbf=int(time.time()) + 3600),
            says(at_hash="not-the-hash-of-it"),
        ],
    )
    async def test_one_that_is_not_for_us_here_and_now_is_not(
        self, door: Door, change: Callable[[Claims], Claims]
    ) -> None:
        door.openid.signing = Signing(KEY, [KEY], change)
        async with door.client() as client:
            assert await door.trouble(client) == "provider_fault"
        assert await door.house.rows("SELECT user_id FROM external_identities") == []

    async def test_a_clock_that_is_half_a_minute_off_does_no_harm(self, door: Door) -> None:
        now = int(time.time())
        door.openid.signing = Signing(KEY, [KEY], says(exp=now - 20, iat=now + 20))
        async with door.client() as client:
            assert (await door.sign_in(client, "mara")).headers["location"] == "/"

    @pytest.mark.parametrize(
        "signing",
        [
            Signing(OTHER, [KEY]),
            Signing(OTHER, [KEY], header={"kid": "one"}),
            Signing(KEY, []),
            Signing(SHARED, [KEY], header={"alg": "HS256", "kid": "one"}),
        ],
    )
    async def test_one_that_none_of_the_providers_keys_signed_is_not(self, door: Door, signing: Signing) -> None:
        door.openid.signing = signing
        async with door.client() as client:
            assert await door.trouble(client) == "provider_fault"

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", None, 1, "\0", "é.é.é"])
    async def test_one_that_is_none_is_not(self, door: Door, token: object) -> None:
        door.openid.changes[TOKEN] = lambda answer: {**answer, "id_token": token}
        async with door.client() as client:
            assert await door.trouble(client) == "provider_fault"

    async def test_keys_that_change_are_fetched_once_more(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(remembered, "PAUSE_SECONDS", 0)
        door.openid.signing = Signing(KEY, [KEY])
        async with door.client() as client:
            await door.sign_in(client, "mara")
            assert door.openid.asked(JWKS) == 1
            door.openid.signing = Signing(OTHER, [KEY, OTHER])
            assert (await door.sign_in(client, "mara")).headers["location"] == "/"
            assert door.openid.asked(JWKS) == 2
            door.openid.signing = Signing(own_key("three"), [KEY, OTHER])
            assert trouble_of(await door.sign_in(client, "mara")) == "provider_fault"
            assert door.openid.asked(JWKS) == 3

    async def test_unknown_keys_do_not_make_us_ask_again_and_again(self, door: Door) -> None:
        door.openid.signing = Signing(OTHER, [KEY])
        async with door.client() as client:
            for _ in range(4):
                assert await door.trouble(client) == "provider_fault"
        assert door.openid.asked(JWKS) == 1


class TestAnswers:
    @pytest.mark.parametrize(
        ("path", "answer", "trouble"),
        [
            (TOKEN, (500, b"{}"), "provider_away"),
            (TOKEN, (400, b'{"error": "invalid_grant"}'), "provider_fault"),
            (TOKEN, (401, b"<html>"), "provider_fault"),
            (TOKEN, (302, b""), "provider_fault"),
            (TOKEN, (200, b""), "provider_fault"),
            (TOKEN, (200, b"[" * 100_000), "provider_fault"),
            (TOKEN, (200, b'{"access_token": "x"}'), "provider_fault"),
            (TOKEN, (200, HUGE), "provider_away"),
            (JWKS, (404, b"{}"), "provider_away"),
            (JWKS, (200, HUGE), "provider_away"),
            (JWKS, (200, b'{"keys": {}}'), "provider_fault"),
            (JWKS, (200, b'{"keys": [{}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "RSA", "n": 1}]}'), "provider_fault"),
            (JWKS, (200, b"\xff\xfe"), "provider_fault"),
        ],
    )
    async def test_that_cannot_be_used_are_told_as_the_providers(
        self, door: Door, path: str, answer: tuple[int, bytes], trouble: str
    ) -> None:
        door.openid.answers[path] = answer
        async with door.client() as client:
            assert await door.trouble(client) == trouble

    @pytest.mark.parametrize(
        ("answer", "trouble"),
        [
            ((503, b"{}"), "provider_away"),
            ((200, HUGE), "provider_away"),
            ((200, b"<html>"), "provider_fault"),
            ((200, b"{}"), "provider_fault"),
        ],
    )
    async def test_about_itself_that_cannot_be_used_lead_nowhere(
        self, door: Door, answer: tuple[int, bytes], trouble: str
    ) -> None:
        door.openid.answers[DISCOVERY] = answer
        async with door.client() as client:
            begun = await client.get(START, params={"return_to": "/usage?a=b"})
        assert begun.headers["location"] == f"/usage?a=b&sign_in={trouble}"
        assert not begun.cookies

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("issuer", "https://somebody.example"),
            ("token_endpoint", "file:///etc/passwd"),
            ("authorization_endpoint", "javascript:alert(1)"),
            ("end_session_endpoint", "javascript:alert(1)"),
            ("jwks_uri", None),
        ],
    )
    async def test_about_itself_that_lead_astray_are_refused(self, door: Door, name: str, value: object) -> None:
        door.openid.changes[DISCOVERY] = lambda told: {**told, name: value}
        async with door.client() as client:
            assert trouble_of(await client.get(START)) == "provider_fault"

    async def test_that_are_late_are_not_waited_for(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(web, "TOTAL_SECONDS", 0.3)
        async with door.client() as client:
            address = await door.begin(client)
            door.openid.person("mara", email="mara@example.org", email_verified=True)
            door.openid.delays[TOKEN] = 1.0
            back = await door.openid.sign_in(address, "mara")
            assert trouble_of(await client.get(back)) == "provider_away"

    async def test_after_a_failure_the_provider_is_left_alone_for_a_moment(self, door: Door) -> None:
        door.openid.answers[DISCOVERY] = (503, b"")
        async with door.client() as client:
            for _ in range(3):
                assert trouble_of(await client.get(START)) == "provider_away"
        assert door.openid.asked(DISCOVERY) == 1

    async def test_of_nobody_at_all(self, doors: Doors, free_port: int) -> None:
        async with doors(issuer=f"http://127.0.0.1:{free_port}") as door, door.client() as client:
            assert trouble_of(await client.get(START)) == "provider_away"

    async def test_of_userinfo_about_somebody_else_are_refused(self, door: Door) -> None:
        door.openid.signing = Signing(KEY, [KEY], says(email=None))
        door.openid.changes[USERINFO] = lambda told: {**told, "sub": "somebody-else"}
        async with door.client() as client:
            assert await door.trouble(client) == "provider_fault"

    async def test_from_a_private_network_are_not_asked_for_unless_allowed(self, doors: Doors) -> None:
        secure = "https://127.0.0.1:9"
        async with doors(issuer=secure, allow_private_network=False) as door, door.client() as client:
            assert trouble_of(await client.get(START)) == "provider_away"
        assert door.openid.asked(DISCOVERY) == 0

    async def test_that_are_redirects_are_not_followed(self, door: Door) -> None:
        door.openid.answers[DISCOVERY] = (302, json.dumps({"location": "/elsewhere"}).encode())
        async with door.client() as client:
            assert trouble_of(await client.get(START)) == "provider_away"


class TestState:
    async def test_one_works_once(self, door: Door) -> None:
        async with door.client() as client:
            address = await door.begin(client)
            kept = dict(client.cookies)
            door.openid.person("mara", email="mara@example.org", email_verified=True)
            back = await door.openid.sign_in(address, "mara")
            assert trouble_of(await client.get(back)) == ""
            asked = door.openid.asked(TOKEN)
            header = "; ".join(f"{name}={value}" for name, value in kept.items())
            async with door.client() as thief:
                assert trouble_of(await thief.get(back, headers={"cookie": header})) == "expired"
            assert door.openid.asked(TOKEN) == asked

    async def test_anothers_does_not_sign_a_browser_in(self, door: Door) -> None:
        """Else somebody could make a person work in an account of theirs."""
        async with door.client() as attacker, door.client() as victim:
            back = await door.openid.sign_in(await door.begin(attacker), "attacker")
            await door.begin(victim)
            assert trouble_of(await victim.get(back)) == "expired"
            assert await door.whoever(victim) is None
        assert door.openid.asked(TOKEN) == 0

    @pytest.mark.parametrize("state", [None, "", "x", "\u00e9", "x" * 200, "%00"])
    async def test_none_of_ours_is_expired(self, door: Door, state: str | None) -> None:
        async with door.client() as client:
            await door.begin(client)
            query = {"code": "x"} | ({} if state is None else {"state": state})
            assert trouble_of(await client.get(CALLBACK, params=query)) == "expired"

    async def test_a_cookie_that_was_made_up_is_expired(self, door: Door) -> None:
        async with door.client() as client:
            for value in ("", "x", "AAAA" * 50, "%%%"):
                cookie = {"cookie": f"oidc_abcdefghijkl={value}"}
                answer = await client.get(CALLBACK, params={"code": "x", "state": "abcdefghijklm"}, headers=cookie)
                assert trouble_of(answer) == "expired"

    async def test_a_slow_one_is_expired(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        async with door.client() as client:
            back = await door.openid.sign_in(await door.begin(client), "mara")
            monkeypatch.setattr("backend.accounts.oidc.attempt.LASTS_SECONDS", -1)
            assert trouble_of(await client.get(back)) == "expired"

    async def test_of_another_provider_is_expired(self, doors: Doors, door: Door) -> None:
        given = {"issuer": door.openid.issuer, "client_id": "us", "allow_private_network": True}
        async with doors(house={"oidc": {"acme": given, "other": given}}) as two, two.client() as client:
            back = await two.openid.sign_in(await two.begin(client), "mara")
            elsewhere = back.copy_with(path=CALLBACK.replace("acme", "other"))
            name, value = next(iter(client.cookies.items()))
            assert trouble_of(await client.get(elsewhere, headers={"cookie": f"{name}={value}"})) == "expired"

    async def test_an_answer_that_names_another_issuer_is_refused(self, door: Door) -> None:
        async with door.client() as client:
            back = await door.openid.sign_in(await door.begin(client), "mara")
            answer = await client.get(back.copy_merge_params({"iss": "https://somebody.example"}))
            assert trouble_of(answer) == "provider_fault"
        assert door.openid.asked(TOKEN) == 0

    async def test_two_tabs_at_once_both_work(self, door: Door) -> None:
        async with door.client() as client:
            first, second = await door.begin(client, return_to="/usage"), await door.begin(client)
            door.openid.person("mara", email="mara@example.org", email_verified=True)
            for address, page in ((second, "/"), (first, "/usage")):
                back = await door.openid.sign_in(address, "mara")
                assert (await client.get(back)).headers["location"] == page

    async def test_somebody_who_changes_their_mind_is_told_so(self, door: Door) -> None:
        async with door.client() as client:
            back = await door.openid.deny(await door.begin(client))
            assert trouble_of(await client.get(back)) == "cancelled"


class TestAddresses:
    @pytest.mark.parametrize(
        "return_to",
        [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "javascript:alert(1)",
            "usage",
            "",
            "/a\r\nset-cookie: x=y",
            "/\u00e9",
            "/" + "x" * 2000,
        ],
    )
    async def test_nobody_is_sent_elsewhere_afterwards(self, door: Door, return_to: str) -> None:
        async with door.client() as client:
            answer = await client.get(START, params={"return_to": return_to})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")

    async def test_an_unknown_provider_is_not_there(self, door: Door) -> None:
        async with door.client() as client:
            for path in (START, CALLBACK):
                answer = await client.get(path.replace("acme", "nobody"), params={"state": "x"})
                assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")

    async def test_a_host_that_is_not_ours_is_never_told_to_the_provider(self, doors: Doors) -> None:
        async with doors(house={"public_origins": "https://chat.example.com"}) as door, door.client() as client:
            answer = await client.get(START)
        assert answer.status_code == 400
        assert "FAIRLEAD_PUBLIC_ORIGINS" in answer.json()["error"]["message"]

    async def test_a_public_origin_is_what_the_browser_comes_back_to(self, doors: Doors) -> None:
        async with doors(house={"public_origins": f"https://{HOST}"}) as door, door.client() as client:
            answer = await client.get(START)
            address = httpx.URL(answer.headers["location"])
            assert address.params["redirect_uri"] == f"https://{HOST}{CALLBACK}"
            assert "Secure" in answer.headers["set-cookie"]
