"""What a refusal of the database is to whoever asked."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from backend.database import Database
from backend.metering.admission import Admitted, Gate, Stale
from backend.metering.errors import TooManyChats
from shared.errors import ErrorCode
from shared.plans import PlanLimits
from tests.backend.metering.ledger import Holder


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("asked", "limit", "whose", "words"),
    [
        ({"limits": PlanLimits(concurrent_chats=1)}, 1, "user", "You have 1 answer being written at once"),
        ({"key_chats": 2}, 2, "key", "This key has 2 answers being written at once"),
        ({}, 2, "organisation", "Your organisation has 2 answers being written at once"),
    ],
)
async def test_too_many_chats_say_whose_they_are_and_when_to_ask_again(
    database: Database, database_url: str, asked: dict[str, Any], limit: int, whose: str, words: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        mara = Holder(connection)
        if whose == "organisation":
            connection.execute("INSERT INTO organisation_limits VALUES (%s, %s)", (mara.organisation_id, limit))
        gate = Gate(database)
        if whose == "key":
            asked = {**asked, "caller": mara.key()}
        for _ in range(limit):
            assert isinstance(await gate.admit(mara.admission(**asked)), Admitted)
        with pytest.raises(TooManyChats) as refused:
            await gate.admit(mara.admission(**asked))
        body = refused.value.body()
        assert (refused.value.status, body.code, body.retryable) == (429, ErrorCode.TOO_MANY_CHATS, True)
        assert body.message.startswith(words)
        assert (body.retry_after or 0) >= 1
        assert body.details == {"limit": limit, "whose": whose}
        assert mara.account[2] == limit


@pytest.mark.parametrize("what", ["catalogue", "identity"])
async def test_an_outdated_decision_is_no_refusal(database: Database, database_url: str, what: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        mara = Holder(connection)
        assert await Gate(database).admit(mara.admission(**{f"{what}_version": 0})) == Stale(what)
