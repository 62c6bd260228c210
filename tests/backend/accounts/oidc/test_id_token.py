"""Which id tokens are believed."""

import time
from collections.abc import Callable

import pytest
from joserfc.jwk import OctKey

from backend.accounts.oidc import remembered
from tests.backend.accounts.oidc.conftest import CLIENT_ID, SECRET, Door, trouble_of
from tests.fixtures.openid import JWKS, TOKEN, Claims, Signing, own_key

KEY, OTHER = own_key("one"), own_key("two")
SHARED = OctKey.import_key(SECRET)


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
