"""Whom the secret of a key stands for, and at what cost."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts import identities as module
from backend.accounts import jobs
from backend.accounts.api_keys.secret import PREFIX
from backend.accounts.api_keys.service import ApiKeys
from backend.accounts.identities import IdentityCache
from backend.admin.audit import Author
from backend.secrets import Secrets
from shared.accounts import UserRole
from shared.api_keys import ApiKeyView, KeyLimits, NewApiKey, Rotation, Scope, SecretApiKey
from tests.backend.accounts.house import House, Person, bearer, tokens
from tests.backend.accounts.test_identities import Counting


@pytest.fixture
def counting(house: House) -> Counting:
    return Counting(house)


@pytest.fixture
def cache(house: House, counting: Counting) -> IdentityCache:
    return IdentityCache(counting, house.secrets)  # type: ignore[arg-type]


@pytest.fixture
def keys(house: House) -> ApiKeys:
    return ApiKeys(house.database, house.secrets, house.identities, house.catalogue)


async def author(house: House, person: Person) -> Author:
    async with house.client() as client:
        access = (await tokens(client, person))["access_token"]
    identity = await house.identities.resolve(access)
    assert identity is not None
    return Author(identity=identity, address="")


async def make(house: House, keys: ApiKeys, person: Person, **facts: Any) -> SecretApiKey:
    wanted = NewApiKey(**({"name": "notes", "scopes": [Scope.CHAT]} | facts))
    return await keys.make(await author(house, person), wanted)


@given(rest=st.text(alphabet="abcXYZ019-_", max_size=60).filter(lambda rest: len(rest) != 43))
async def test_what_cannot_be_a_secret_costs_no_statement(rest: str) -> None:
    cache = IdentityCache(None, Secrets(b"s" * 32))  # type: ignore[arg-type]
    assert await cache.resolve(PREFIX + rest) is None


async def test_an_unknown_secret_is_nobodys(cache: IdentityCache) -> None:
    assert await cache.resolve(PREFIX + "x" * 43) is None


async def test_a_key_is_its_person_as_a_plain_user(house: House, cache: IdentityCache, keys: ApiKeys) -> None:
    person = await house.person(UserRole.ADMIN)
    made = await make(
        house, keys, person, scopes=[Scope.CHAT, Scope.USAGE], allowed_models=["gpt-5-nano"], monthly_credits=Decimal(5)
    )
    identity = await cache.resolve(made.key)
    assert identity is not None
    assert (identity.user_id, identity.email, identity.role) == (person.id, person.email, UserRole.USER)
    assert not identity.may_act_as(UserRole.SUPPORT)
    assert (identity.credential, identity.caller) == ("key", made.id)
    assert identity.key is not None
    assert (identity.key.id, identity.key.scopes) == (made.id, {Scope.CHAT, Scope.USAGE})
    assert (identity.key.limits, identity.key.monthly_credits) == (KeyLimits(), 5)
    entitlement = identity.entitlement(house.catalogue.current)
    assert entitlement.models is not None
    assert entitlement.models <= {"gpt-5-nano"}


async def test_a_fresh_answer_costs_no_statement_and_no_write(
    house: House, cache: IdentityCache, counting: Counting, keys: ApiKeys
) -> None:
    made = await make(house, keys, await house.person())
    found = [await cache.resolve(made.key) for _ in range(50)]
    assert counting.asked == 1
    assert found[0] is not None
    assert all(identity is found[0] for identity in found)


async def test_a_key_is_not_believed_beyond_its_end(
    house: House, cache: IdentityCache, keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = datetime.now(UTC) + timedelta(seconds=5)
    made = await make(house, keys, await house.person(), expires_at=end)
    assert await cache.resolve(made.key) is not None
    await house.rows("UPDATE api_keys SET expires_at = now() RETURNING id")
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 4)
    assert await cache.resolve(made.key) is not None, "nobody told this cache that it ends sooner"
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 5)
    assert await cache.resolve(made.key) is None


async def test_a_secret_that_was_rotated_out_is_not_believed_beyond_the_overlap(
    house: House, cache: IdentityCache, keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await house.person()
    made = await make(house, keys, person)
    newer = await keys.rotate(await author(house, person), made.id, Rotation(overlap_hours=1))
    await house.rows(
        "UPDATE api_key_secrets SET ends_at = now() + interval '9 s' WHERE ends_at IS NOT NULL RETURNING 1"
    )
    assert {identity and identity.caller for identity in [await cache.resolve(s) for s in (made.key, newer.key)]} == {
        made.id
    }
    await house.rows("UPDATE api_key_secrets SET ends_at = now() WHERE ends_at IS NOT NULL RETURNING 1")
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + 9)
    assert await cache.resolve(made.key) is None
    assert await cache.resolve(newer.key) is not None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE api_keys SET revoked_at = now() RETURNING id",
        "UPDATE api_keys SET expires_at = now() RETURNING id",
        "UPDATE api_key_secrets SET ends_at = now() RETURNING hash",
        "DELETE FROM api_keys RETURNING id",
        "UPDATE users SET suspended = true RETURNING id",
        "WITH o AS (INSERT INTO organisations (name, personal) VALUES ('x', false) RETURNING id)"
        " UPDATE users SET organisation_id = o.id FROM o RETURNING users.id",
    ],
)
async def test_ended_suspended_and_moved_are_nobody(
    house: House, cache: IdentityCache, keys: ApiKeys, change: str
) -> None:
    made = await make(house, keys, await house.person())
    assert await cache.resolve(made.key) is not None
    await house.rows(change)
    cache.clear()
    assert await cache.resolve(made.key) is None


async def test_a_secret_is_no_use_without_the_master_secret(house: House, keys: ApiKeys) -> None:
    made = await make(house, keys, await house.person())
    elsewhere = IdentityCache(house.database, Secrets(b"another master secret"))
    assert await elsewhere.resolve(made.key) is None


class TestLastUse:
    async def seen(self, house: House, keys: ApiKeys, person: Person, key_id: Any) -> ApiKeyView:
        return await keys.one((await author(house, person)).identity, key_id)

    async def test_is_noted_in_batches_and_at_most_once_a_minute(
        self, house: House, keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jobs, "BATCH", 2)
        person = await house.person()
        made = [await make(house, keys, person, name=f"key {n}") for n in range(5)]
        for one in made:
            assert await house.identities.resolve(one.key) is not None
        await asyncio.gather(*(jobs.flush_last_used_keys(house) for _ in range(2)))  # type: ignore[arg-type]
        first = [(await self.seen(house, keys, person, one.id)).last_used_at for one in made]
        assert None not in first
        house.identities.clear()
        for one in made:
            await house.identities.resolve(one.key)
        await jobs.flush_last_used_keys(house)  # type: ignore[arg-type]
        assert [(await self.seen(house, keys, person, one.id)).last_used_at for one in made] == first

    async def test_does_not_make_anybody_known_anew(self, house: House, keys: ApiKeys) -> None:
        person = await house.person()
        made = await make(house, keys, person)
        before = await house.rows("SELECT version FROM users WHERE id = %s", person.id)
        await house.identities.resolve(made.key)
        await jobs.flush_last_used_keys(house)  # type: ignore[arg-type]
        assert await house.rows("SELECT version FROM users WHERE id = %s", person.id) == before


async def test_secrets_that_ended_are_purged_a_day_later(house: House, keys: ApiKeys) -> None:
    person = await house.person()
    made = await make(house, keys, person)
    who = await author(house, person)
    for _ in range(2):
        await keys.rotate(who, made.id, Rotation())
    await house.rows(
        "UPDATE api_key_secrets SET ends_at = now() - interval '25 h' WHERE hash ="
        " (SELECT hash FROM api_key_secrets WHERE ends_at IS NOT NULL LIMIT 1) RETURNING hash"
    )
    await jobs.purge(house)  # type: ignore[arg-type]
    assert len(await house.rows("SELECT hash FROM api_key_secrets")) == 2


async def test_a_key_is_no_session(house: House, keys: ApiKeys) -> None:
    made = await make(house, keys, await house.person())
    async with house.client() as client:
        assert (await client.get("/somebody", headers=bearer(made.key))).status_code == 403
        assert (await client.get("/support", headers=bearer(made.key))).status_code == 403
