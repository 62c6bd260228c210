"""The account routes with everything real behind them, and people to use them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Literal
from uuid import UUID, uuid4

import httpx
from argon2 import PasswordHasher
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from msgspec import Struct
from sqlalchemy import event

from backend.accounts.admin_controller import AccountsAdminController
from backend.accounts.controller import AccountsController
from backend.accounts.guards import caller, requires_role, signed_in
from backend.accounts.identities import IdentityCache
from backend.accounts.identity import Identity
from backend.accounts.oidc.controller import SignOnController
from backend.accounts.passwords import Passwords
from backend.accounts.repository import create_person
from backend.accounts.service import Accounts
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.edge import Edge
from backend.errors import HANDLERS
from backend.load import Load
from backend.secrets import load_secrets
from backend.settings import Settings
from shared.accounts import UserRole
from shared.paths import LOGIN

PASSWORD = "correct horse battery"
HOST = "chat.example.org"
ORIGIN = {"origin": f"http://{HOST}"}
BROWSER = {**ORIGIN, "content-type": "application/json"}


class Person(Struct, frozen=True):
    """Somebody who can sign in with `PASSWORD`."""

    id: UUID
    email: str


@get("/somebody", guards=[signed_in])
async def _somebody(identity: NamedDependency[Identity]) -> dict[str, str]:
    return {"email": identity.email, "role": identity.role}


@get("/support", guards=[requires_role(UserRole.SUPPORT)])
async def _support() -> str:
    return "for support"


class CountingHasher(PasswordHasher):
    """A cheap hasher that counts its checks."""

    checks = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        """Counts, then checks."""
        self.checks += 1
        return super().verify(hash, password)


class House:
    """One process's worth of accounts."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.secrets = load_secrets(settings)
        self.catalogue = CatalogueCache(database, self.secrets, settings)
        self.identities = IdentityCache(database, self.secrets)
        self.hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.hashes = Passwords(self.hasher)
        self.accounts = Accounts(settings, database, self.secrets, self.identities, self.hashes)
        self.app = Litestar(
            route_handlers=[AccountsController, SignOnController, AccountsAdminController, _somebody, _support],
            dependencies={
                "identity": Provide(caller, sync_to_thread=False),
                "settings": Provide(lambda: settings, sync_to_thread=False),
                "database": Provide(lambda: database, sync_to_thread=False),
                "catalogue": Provide(lambda: self.catalogue, sync_to_thread=False),
                "accounts": Provide(lambda: self.accounts, sync_to_thread=False),
            },
            exception_handlers=HANDLERS,
            logging_config=None,
            openapi_config=None,
        )
        inside = self.app.asgi_handler
        self.app.asgi_handler = Edge(inside, load=Load(10), identities=self.identities, settings=settings)

    @asynccontextmanager
    async def client(self, address: str | None = None, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        """A browser or script at an address of its own, unless one is given."""
        transport = httpx.ASGITransport(app=self.app, client=(address or new_address(), 4711))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", headers=headers) as client:
            yield client

    async def person(self, role: UserRole = UserRole.USER) -> Person:
        """Somebody new, on the default plan."""
        email = new_email()
        password_hash = await self.hashes.hash(PASSWORD)
        async with self.database.unit_of_work() as session:
            user = await create_person(
                session,
                email=email,
                name="Ada",
                password_hash=password_hash,
                role=role,
                plan=self.settings.default_plan,
            )
        return Person(user.id, email)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Collects the statements that units of work send meanwhile."""
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    async def rows(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        """What a statement finds in the database."""
        return [tuple(row) for row in await self.database.call(statement, parameters)]


def new_email() -> str:
    """An address that nobody has yet."""
    return f"{uuid4().hex[:12]}@example.org"


def new_address() -> str:
    """An IPv6 address in a network of its own, written as everybody writes it."""
    return str(ip_address(f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"))


async def sign_in(
    client: httpx.AsyncClient, email: str, password: str = PASSWORD, session: str = "token"
) -> httpx.Response:
    """One try."""
    body = {"email": email, "password": password, "session": session}
    return await client.post(LOGIN, json=body, headers=ORIGIN)


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Bearer {token}"}


async def tokens(client: httpx.AsyncClient, person: Person) -> dict[str, str]:
    """Access and refresh token of a new session."""
    response = await sign_in(client, person.email)
    assert response.status_code == 200, response.text
    found: dict[str, str] = response.json()["tokens"]
    return found
