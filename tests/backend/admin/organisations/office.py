"""An organisation of several people, in a real database."""

import asyncio
import random

import psycopg

from backend.database import Database
from backend.metering import repository
from backend.metering.records import AdmissionRecord, SettlementRecord
from tests.backend.metering.ledger import Connection, Holder

_MISCOUNTED = (
    "SELECT active, (SELECT count(*) FROM holds h WHERE h.organisation_id = o.organisation_id)"
    " FROM organisation_limits o WHERE active <> (SELECT count(*) FROM holds h"
    " WHERE h.organisation_id = o.organisation_id)"
)
_WAITING = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"


class Office:
    """Its people have a thousand credits each."""

    def __init__(self, database_url: str, people: int) -> None:
        self._connection: Connection = psycopg.connect(database_url, autocommit=True)
        first = Holder(self._connection)
        self.id = first.organisation_id
        self.people = [first, *(self.add(self._connection) for _ in range(people - 1))]

    def add(self, connection: Connection) -> Holder:
        """Somebody else who belongs to it; committed when the connection is."""
        return Holder(connection, organisation=self.id)

    async def ask(self, database: Database, person: int) -> AdmissionRecord | None:
        """One more answer for somebody: the record when it was admitted."""
        record = self.people[person].admission(wanted_tokens=1)
        answer = (await repository.admit(database, [record]))[record.request_id]
        assert answer.outcome == "admitted" or (answer.outcome, answer.whose) == ("too_many_chats", "organisation")
        return record if answer.outcome == "admitted" else None

    def settlement(self, record: AdmissionRecord) -> SettlementRecord:
        """The end of an answer that cost nothing."""
        owner = next(holder for holder in self.people if holder.id == record.user_id)
        return owner.settlement(record.request_id, None)

    async def work(self, database: Database, rounds: int) -> None:
        """Asks for somebody at a time, and ends what was admitted."""
        chance = random.Random(rounds)
        for _ in range(rounds):
            record = await self.ask(database, chance.randrange(len(self.people)))
            if record is not None:
                await repository.settle(database, [self.settlement(record)])

    def miscounted(self) -> list[tuple[int, int]]:
        """What limits count as running, and what runs, where they differ."""
        return [(counted, real) for counted, real in self._connection.execute(_MISCOUNTED)]

    async def until_somebody_waits(self) -> None:
        """Returns once a transaction waits for a lock."""
        async with asyncio.timeout(10):
            while self._connection.execute(_WAITING).fetchone() != (True,):  # noqa: ASYNC110 another process waits
                await asyncio.sleep(0.01)
