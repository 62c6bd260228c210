import asyncio
from uuid import UUID

import psycopg
import pytest

from backend.accounts import jobs
from shared.paths import SESSION_COOKIE
from tests.backend.accounts.house import House, Person, bearer, sign_in, tokens


async def _browser(house: House) -> tuple[Person, str]:
    person = await house.person()
    async with house.client() as client:
        await sign_in(client, person.email, session="cookie")
        return person, client.cookies[SESSION_COOKIE]


async def _age(house: House, interval: str) -> None:
    await house.rows(
        "UPDATE sessions SET created_at = now() - %s::interval, last_used_at = now() - %s::interval,"
        " expires_at = now() + interval '1 day' RETURNING id",
        interval,
        interval,
    )


async def _flush(house: House) -> None:
    await jobs.flush_last_used(house)  # type: ignore[arg-type]


async def _purge(house: House) -> None:
    await jobs.purge(house)  # type: ignore[arg-type]


async def test_use_is_noted_and_lets_a_browsers_session_last(house: House) -> None:
    person, token = await _browser(house)
    await _age(house, "1 hour")
    assert await house.identities.resolve(token) is not None
    await asyncio.gather(_flush(house), _flush(house))
    rows = await house.rows(
        "SELECT s.last_used_at > now() - interval '1 minute', s.expires_at > now() + interval '29 days',"
        " u.last_seen_at > now() - interval '1 minute'"
        " FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.id = %s",
        person.id,
    )
    assert rows == [(True, True, True)]


async def test_use_does_not_let_a_scripts_session_last(house: House) -> None:
    person = await house.person()
    async with house.client() as client:
        access = (await tokens(client, person))["access_token"]
        await _age(house, "1 hour")
        assert (await client.get("/somebody", headers=bearer(access))).status_code == 200
    await _flush(house)
    rows = await house.rows(
        "SELECT last_used_at > now() - interval '1 minute', expires_at < now() + interval '2 days' FROM sessions"
    )
    assert rows == [(True, True)]


async def test_a_session_is_written_at_most_once_a_minute(house: House) -> None:
    _, token = await _browser(house)
    await _age(house, "30 seconds")
    before = await house.rows("SELECT xmin::text, last_used_at FROM sessions")
    await house.identities.resolve(token)
    await _flush(house)
    assert await house.rows("SELECT xmin::text, last_used_at FROM sessions") == before


async def test_an_ended_session_is_not_brought_back(house: House) -> None:
    _, token = await _browser(house)
    await house.identities.resolve(token)
    await _age(house, "1 hour")
    await house.rows("UPDATE sessions SET revoked_at = now() RETURNING id")
    await _flush(house)
    assert await house.rows("SELECT last_used_at < now() - interval '59 minutes' FROM sessions") == [(True,)]


async def test_what_could_not_be_noted_is_noted_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, token = await _browser(house)
    await _age(house, "1 hour")
    await house.identities.resolve(token)

    async def away(statement: str, parameters: tuple[object, ...]) -> list[tuple[object, ...]]:
        raise psycopg.OperationalError("away")

    with monkeypatch.context() as broken:
        broken.setattr(house.database, "call", away)
        with pytest.raises(psycopg.OperationalError):
            await _flush(house)
    await _flush(house)
    assert await house.rows("SELECT last_used_at > now() - interval '1 minute' FROM sessions") == [(True,)]


async def test_a_crowd_is_noted_in_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    held = [(await _browser(house))[1] for _ in range(5)]
    await _age(house, "1 hour")
    for token in held:
        await house.identities.resolve(token)
    await _flush(house)
    assert await house.rows("SELECT count(*) FROM sessions WHERE last_used_at > now() - interval '1 minute'") == [(5,)]


async def test_only_what_has_ended_is_purged(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    person = await house.person()
    async with house.client() as client:
        for _ in range(8):
            await tokens(client, person)
        await sign_in(client, person.email, "wrong password")
    ids = [row[0] for row in await house.rows("SELECT id FROM sessions ORDER BY id")]
    for change, one in zip(
        (
            "expires_at = now() - interval '2 days'",
            "expires_at = now() - interval '2 days'",
            "revoked_at = now() - interval '2 days'",
            "revoked_at = now() - interval '2 days'",
            "revoked_at = now() - interval '2 days'",
            "revoked_at = now()",
            "expires_at = now()",
        ),
        ids,
        strict=False,
    ):
        await house.rows(f"UPDATE sessions SET {change} WHERE id = %s RETURNING id", one)
    await house.rows(
        "INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES (%s, 'old', now() - interval '1 s'),"
        " (%s, 'new', now() + interval '1 h') RETURNING id",
        person.id,
        person.id,
    )
    await house.rows(
        "INSERT INTO sign_in_throttles (key, failures, first_failure_at, paused_until) VALUES"
        " ('over', 3, now() - interval '16 min', NULL),"
        " ('paused', 5, now() - interval '16 min', now() + interval '1 min'),"
        " ('was paused', 5, now() - interval '40 min', now() - interval '20 min') RETURNING key"
    )
    await house.rows(
        "UPDATE refresh_tokens SET expires_at = now() - interval '1 s' WHERE session_id = %s RETURNING id", ids[7]
    )
    await asyncio.gather(_purge(house), _purge(house))
    await _purge(house)
    assert [row[0] for row in await house.rows("SELECT id FROM sessions ORDER BY id")] == ids[5:]
    left = {row[0] for row in await house.rows("SELECT session_id FROM refresh_tokens")}
    assert left == {UUID(str(one)) for one in ids[5:7]}
    assert await house.rows("SELECT token_hash FROM password_resets") == [(b"new",)]
    keys = {bytes(row[0]) for row in await house.rows("SELECT key FROM sign_in_throttles")}  # type: ignore[arg-type]
    assert b"paused" in keys
    assert not keys & {b"over", b"was paused"}
    assert len(keys) == 3, "the pause, and the counts of the account and address that just failed"
