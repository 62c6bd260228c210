"""Who is restrained, in a process's memory."""

import asyncio
from datetime import timedelta

import psycopg_pool
import pytest

from backend.abuse.errors import Paused
from shared.abuse import AbuseKind
from tests.backend.abuse.sending import TO_PAUSE, let_pass, paused, send, send_blocked
from tests.backend.desk import rows
from tests.fixtures.api import Api, Person


async def test_while_the_database_is_away_what_is_known_stays_in_force(api: Api, user: Person) -> None:
    await send_blocked(user.http, TO_PAUSE)
    book = api.services.watch.book
    await api.services.database.pool.close()
    with pytest.raises(psycopg_pool.PoolClosed):
        await book.refresh()
    identity = await api.services.identities.resolve(user.token)
    assert identity is not None
    with pytest.raises(Paused):
        api.services.watch.admit(identity, "")


async def test_what_was_not_heard_is_read_again(api: Api, user: Person) -> None:
    await send_blocked(user.http, TO_PAUSE)
    book = api.services.watch.book
    book._entries.clear()
    await book.refresh()
    paused(await send(user.http, "hello"))
    let_pass(api, timedelta(days=30))
    await book.refresh()
    assert len(book) == 0


async def test_a_subject_that_is_gone_is_forgotten(api: Api, user: Person) -> None:
    await send_blocked(user.http, TO_PAUSE)
    rows(api, "DELETE FROM abuse_subjects")
    async with asyncio.timeout(10):
        while (await send(user.http, "hello")).status_code != 200:
            pass


async def test_a_clock_of_another_machine_does_not_matter(api: Api, user: Person) -> None:
    """What is left of a pause is told in seconds, not as a time of day."""
    await send_blocked(user.http, TO_PAUSE)
    entry = api.services.watch.book.find(AbuseKind.USER, str(user.id))
    assert entry is not None
    left = entry.paused - asyncio.get_running_loop().time()
    assert 0 < left <= 900


async def test_somebody_who_becomes_an_admin_is_free_at_once(api: Api, user: Person, admin: Person) -> None:
    await send_blocked(user.http, TO_PAUSE)
    paused(await send(user.http, "hello"))
    patch = {"id": str(user.id), "role": "admin", "reason": "test"}
    assert (await admin.http.patch("/api/admin/users", json=patch)).status_code == 200
    assert (await send(user.http, "hello")).status_code == 200
