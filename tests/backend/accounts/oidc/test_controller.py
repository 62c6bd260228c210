"""Which addresses lead where."""

import httpx
import pytest

from tests.backend.accounts.house import HOST
from tests.backend.accounts.oidc.conftest import CALLBACK, START, Door, Doors


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
