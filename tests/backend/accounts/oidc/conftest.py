"""A house whose people may sign in at a provider."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from msgspec import Struct

from backend.running import ports
from shared.paths import SESSION_COOKIE
from shared.sign_on import TROUBLE
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import HOST, House
from tests.fixtures.openid import OpenIdServer

START, CALLBACK = "/v1/auth/oidc/acme/start", "/v1/auth/oidc/acme/callback"
EMAIL = "mara@example.org"
CLIENT_ID, SECRET = "fairlead-at-acme", "a secret of the client"


class Door(Struct, frozen=True):
    """A house with one provider, `acme`."""

    house: House
    openid: OpenIdServer

    def client(self) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """A browser."""
        return self.house.client()

    async def begin(self, client: httpx.AsyncClient, **query: str) -> str:
        """Follows the button; where it leads."""
        answer = await client.get(START, params=query)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def sign_in(self, client: httpx.AsyncClient, subject: str, **query: str) -> httpx.Response:
        """All the way: to the provider, in, and back; our last answer."""
        if subject == "mara" and not self.openid.asked("/users/mara"):
            self.openid.person("mara", email=EMAIL, email_verified=True, name="Mara Lindqvist")
        back = await self.openid.sign_in(await self.begin(client, **query), subject)
        assert back.host == HOST
        return await client.get(back)

    async def trouble(self, client: httpx.AsyncClient, subject: str = "mara") -> str:
        """What a sign-in that must fail comes back with."""
        answer = await self.sign_in(client, subject)
        assert answer.status_code == 303, answer.text
        assert SESSION_COOKIE not in answer.cookies
        assert await self.whoever(client) is None
        return trouble_of(answer)

    async def whoever(self, client: httpx.AsyncClient) -> dict[str, object] | None:
        """Who is signed in."""
        answer = await client.get("/v1/auth/me")
        return answer.json() if answer.status_code == 200 else None


Doors = Callable[..., AbstractAsyncContextManager[Door]]


@pytest.fixture
def doors(houses: Houses, openid: OpenIdServer) -> Doors:
    """Makes houses whose provider has the given settings; `house` are the house's own."""

    @asynccontextmanager
    async def make(house: dict[str, object] | None = None, **given: object) -> AsyncIterator[Door]:
        provider = {
            "issuer": openid.issuer,
            "client_id": CLIENT_ID,
            "client_secret": SECRET,
            "label": "Acme",
            "allow_private_network": True,
            **given,
        }
        async with houses(**{"oidc": {"acme": provider}, **(house or {})}) as made:
            yield Door(made, openid)

    return make


@pytest.fixture
async def door(doors: Doors) -> AsyncIterator[Door]:
    """A house with a provider, open to everybody."""
    async with doors() as made:
        yield made


def trouble_of(answer: httpx.Response) -> str:
    """The code in the address that a browser is sent back to."""
    return httpx.URL(answer.headers["location"]).params.get(TROUBLE, "")


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return ports.free_port()
