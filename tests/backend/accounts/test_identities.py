import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec
import pytest

from backend.accounts import identities as module
from backend.accounts.identities import IdentityCache
from backend.accounts.sessions.tokens import AccessTokens
from backend.notifications import Notifier
from backend.secrets import Secrets
from shared.accounts import UserRole
from shared.paths import LOGOUT, SESSION_COOKIE
from tests.backend.accounts.conftest import Houses
from tests.backend.accounts.house import House, Person, bearer, sign_in, tokens


async def _cookie(house: House, person: Person) -> str:
    async with house.client() as client:
        assert (await sign_in(client, person.email, session="cookie")).status_code == 200
        return client.cookies[SESSION_COOKIE]


async def _jwt(house: House, person: Person) -> str:
    async with house.client() as client:
        return (await tokens(client, person))["access_token"]


Sign = Callable[[House, Person], Awaitable[str]]
KINDS = pytest.mark.parametrize("sign", [_cookie, _jwt], ids=["cookie", "jwt"])


class Counting:
    """A database that counts what the cache asks."""

    def __init__(self, house: House) -> None:
        self.asked = 0
        self._database = house.database

    async def call(self, statement: str, parameters: tuple[object, ...]) -> list[tuple[object, ...]]:
        self.asked += 1
        return await self._database.call(statement, parameters)


@pytest.fixture
def counting(house: House) -> Counting:
    return Counting(house)


@pytest.fixture
def cache(house: House, counting: Counting) -> IdentityCache:
    return IdentityCache(counting, house.secrets)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "token",
    ["", "fls_", "fls_unknown", "fls_\0", "fls_\ud800", "fl_live_abc", "a.b.c", "..", "x" * 10_000, "." * 10_000],
)
async def test_an_unknown_token_is_nobodys(cache: IdentityCache, token: str) -> None:
    assert await cache.resolve(token) is None


async def test_only_tokens_that_could_be_ours_reach_the_database(cache: IdentityCache, counting: Counting) -> None:
    for token in ("", "x", "a.b.c", "fl_live_abc", "eyJhbGciOiJub25lIn0.e30."):
        assert await cache.resolve(token) is None
    assert counting.asked == 0


@KINDS
async def test_a_fresh_answer_costs_no_statement(
    house: House, cache: IdentityCache, counting: Counting, sign: Sign
) -> None:
    person = await house.person(UserRole.SUPPORT)
    token = await sign(house, person)
    found = [await cache.resolve(token) for _ in range(50)]
    assert counting.asked == 1
    assert all(identity is found[0] for identity in found)
    assert found[0] is not None
    assert (found[0].user_id, found[0].email, found[0].role) == (person.id, person.email, UserRole.SUPPORT)
    assert found[0].caller == person.id


@KINDS
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET suspended = true WHERE id = %s RETURNING id",
        "UPDATE sessions SET revoked_at = now() WHERE user_id = %s RETURNING id",
        "UPDATE sessions SET expires_at = now() WHERE user_id = %s RETURNING id",
        "DELETE FROM sessions WHERE user_id = %s RETURNING id",
    ],
)
async def test_suspended_revoked_and_expired_are_nobody(
    house: House, cache: IdentityCache, change: str, sign: Sign
) -> None:
    person = await house.person()
    token = await sign(house, person)
    assert await cache.resolve(token) is not None
    await house.rows(change, person.id)
    cache.clear()
    assert await cache.resolve(token) is None


@KINDS
async def test_a_changed_role_counts_once_the_person_is_forgotten(
    house: House, cache: IdentityCache, sign: Sign
) -> None:
    person = await house.person(UserRole.ADMIN)
    token = await sign(house, person)
    before = await cache.resolve(token)
    await house.rows("UPDATE users SET role = 'user' WHERE id = %s RETURNING id", person.id)
    cache.forget_user(person.id)
    after = await cache.resolve(token)
    assert before is not None
    assert after is not None
    assert (before.role, after.role) == (UserRole.ADMIN, UserRole.USER)
    assert after.version > before.version


async def test_only_what_changed_is_forgotten(house: House, cache: IdentityCache, counting: Counting) -> None:
    ada, grace = await house.person(), await house.person()
    held = [await _cookie(house, ada), await _jwt(house, ada), await _cookie(house, grace)]
    found = [await cache.resolve(token) for token in held]
    assert found[0] is not None
    cache.forget_session(found[0].session_id)
    before = counting.asked
    assert [await cache.resolve(token) for token in held[1:]] == found[1:]
    assert counting.asked == before
    await cache.resolve(held[0])
    assert counting.asked == before + 1


async def test_an_answer_on_its_way_during_a_change_is_not_kept(house: House) -> None:
    person = await house.person()
    token = await _cookie(house, person)
    answered, told = asyncio.Event(), asyncio.Event()

    class Slow:
        async def call(self, statement: str, parameters: tuple[object, ...]) -> list[tuple[object, ...]]:
            rows = await house.database.call(statement, parameters)
            answered.set()
            await told.wait()
            return rows

    cache = IdentityCache(Slow(), house.secrets)  # type: ignore[arg-type]
    asking = asyncio.create_task(cache.resolve(token))
    await answered.wait()
    await house.rows("UPDATE users SET suspended = true WHERE id = %s RETURNING id", person.id)
    cache.forget_user(person.id)
    told.set()
    assert await asking is not None, "it was true when it was asked"
    assert await cache.resolve(token) is None


async def test_without_notifications_nothing_is_believed_for_longer_than_a_minute(
    house: House, cache: IdentityCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await house.person()
    token = await _cookie(house, person)
    assert await cache.resolve(token) is not None
    await house.rows("UPDATE users SET suspended = true WHERE id = %s RETURNING id", person.id)
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 59)
    assert await cache.resolve(token) is not None
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 61)
    assert await cache.resolve(token) is None


async def test_a_session_is_not_believed_beyond_its_end(
    house: House, cache: IdentityCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await house.person()
    token = await _cookie(house, person)
    await house.rows(
        "UPDATE sessions SET expires_at = now() + interval '5 s' WHERE user_id = %s RETURNING id", person.id
    )
    assert await cache.resolve(token) is not None
    await house.rows("UPDATE sessions SET expires_at = now() WHERE user_id = %s RETURNING id", person.id)
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 6)
    assert await cache.resolve(token) is None


async def test_a_jwt_is_verified_once_and_not_believed_beyond_its_end(
    house: House, cache: IdentityCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    reader = AccessTokens.read

    def counted(self: AccessTokens, token: str, now: float) -> object:
        read.append(token)
        return reader(self, token, now)

    monkeypatch.setattr(AccessTokens, "read", counted)
    token = await _jwt(house, await house.person())
    for _ in range(3):
        assert await cache.resolve(token) is not None
        cache.clear()
    assert len(read) == 1
    wall, clock = time.time(), time.monotonic()
    monkeypatch.setattr(module.time, "time", lambda: wall + 890)
    monkeypatch.setattr(module.time, "monotonic", lambda: clock + 890)
    assert await cache.resolve(token) is not None
    monkeypatch.setattr(module.time, "time", lambda: wall + 901)
    monkeypatch.setattr(module.time, "monotonic", lambda: clock + 901)
    assert await cache.resolve(token) is None


async def test_a_jwt_stands_for_the_person_and_session_it_names_only(house: House, cache: IdentityCache) -> None:
    person, other = await house.person(), await house.person()
    identity = await cache.resolve(await _jwt(house, person))
    browser = await cache.resolve(await _cookie(house, person))
    assert identity is not None
    assert browser is not None
    issue = AccessTokens(house.secrets).issue
    now = int(time.time())
    stolen = msgspec.structs.replace(identity, user_id=other.id)
    of_a_browser = msgspec.structs.replace(identity, session_id=browser.session_id)
    assert await cache.resolve(issue(identity, now + 1)) is not None
    assert await cache.resolve(issue(stolen, now)) is None
    assert await cache.resolve(issue(of_a_browser, now)) is None
    assert await cache.resolve(AccessTokens(Secrets(b"another secret")).issue(identity, now)) is None


async def test_a_cookie_is_no_use_without_its_secret(house: House) -> None:
    token = await _cookie(house, await house.person())
    elsewhere = IdentityCache(house.database, Secrets(b"another master secret"))
    assert await elsewhere.resolve(token) is None
    stored = await house.rows("SELECT token_hash FROM sessions")
    assert token.encode() not in {row[0] for row in stored}


async def test_the_cache_is_bounded_and_forgets_the_oldest(
    house: House, cache: IdentityCache, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_IDENTITIES", 2)
    monkeypatch.setattr(module, "MOST_CLAIMS", 2)
    person = await house.person()
    held = [await sign(house, person) for sign in (_jwt, _jwt, _cookie, _jwt)]
    for token in held:
        await cache.resolve(token)
    assert (len(cache._entries), len(cache._claims)) == (2, 2)
    before = counting.asked
    await cache.resolve(held[3])
    await cache.resolve(held[2])
    assert counting.asked == before
    await cache.resolve(held[0])
    assert counting.asked == before + 1
    cache.forget_user(person.id)
    assert (cache._entries, cache._keys) == ({}, {})


@asynccontextmanager
async def _listening(house: House) -> AsyncIterator[asyncio.Event]:
    """Has a house hear what other processes change, as the API does; the event is set with every notification."""
    ready, heard = asyncio.Event(), asyncio.Event()

    async def refresh() -> None:
        ready.set()

    def user(id_: str) -> None:
        house.identities.forget_user(UUID(id_))
        heard.set()

    def session(id_: str) -> None:
        house.identities.forget_session(UUID(id_))
        heard.set()

    notifier = Notifier(house.database, refresh)
    notifier.on("identity", user)
    notifier.on("session", session)
    notifier.start()
    try:
        await asyncio.wait_for(ready.wait(), 10)
        yield heard
    finally:
        await notifier.close()


@KINDS
async def test_signing_out_in_one_process_ends_the_session_in_all(houses: Houses, sign: Sign) -> None:
    async with houses() as one, houses() as other, _listening(other) as heard:
        token = await sign(one, await one.person())
        assert await one.identities.resolve(token) is not None
        assert await other.identities.resolve(token) is not None
        heard.clear()
        async with one.client() as client:
            assert (await client.post(LOGOUT, headers=bearer(token))).status_code == 204
        assert await one.identities.resolve(token) is None
        await asyncio.wait_for(heard.wait(), 10)
        assert await other.identities.resolve(token) is None


async def test_suspension_is_heard_by_every_process(houses: Houses) -> None:
    async with houses() as one, _listening(one) as heard:
        person = await one.person()
        token = await _cookie(one, person)
        assert await one.identities.resolve(token) is not None
        heard.clear()
        await one.rows("UPDATE users SET suspended = true WHERE id = %s RETURNING id", person.id)
        await asyncio.wait_for(heard.wait(), 10)
        assert await one.identities.resolve(token) is None
