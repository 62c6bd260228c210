"""What a provider may say wrong, too late or too long."""

import json
from collections.abc import Callable

import pytest

from backend.accounts.oidc import web
from tests.backend.accounts.oidc.conftest import START, Door, Doors, trouble_of
from tests.fixtures.openid import DISCOVERY, JWKS, TOKEN, USERINFO, Claims, Signing, own_key

KEY = own_key("one")
HUGE = b'{"issuer": "' + b"x" * 10_000_000 + b'"}'


def says(**claims: object) -> Callable[[Claims], Claims]:
    """Makes an id token say something else; None takes a claim away."""
    return lambda told: {name: value for name, value in {**told, **claims}.items() if value is not None}


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
        async with door.client() as client:
            back = await door.openid.sign_in(await door.begin(client), "mara")
            door.openid.delays[TOKEN] = 1.0
            monkeypatch.setattr(web, "TOTAL_SECONDS", 0.3)
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
