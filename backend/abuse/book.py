"""Who is restrained, in one process's memory: while nobody is, a request looks into an empty dictionary.

Every change is told to all processes by `NOTIFY`; what was not heard is read again every half minute.
"""

import time
from collections.abc import Iterable
from uuid import UUID

from backend.abuse import repository
from backend.abuse.repository import Restrained
from backend.abuse.restraint import Entry
from backend.database import Database
from shared.abuse import AbuseKind

READINGS = 3


class RestraintBook:
    """Restrained subjects by kind and reference. Deadlines are on the monotonic clock: clocks of machines differ."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries: dict[tuple[AbuseKind, str], Entry] = {}
        self._changes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, kind: AbuseKind, ref: str) -> Entry | None:
        """A subject's entry, if it is restrained."""
        return self._entries.get((kind, ref))

    def has(self, kind: AbuseKind) -> bool:
        """Whether any subject of a kind is restrained."""
        return any(entry.kind is kind for entry in self._entries.values())

    async def refresh(self) -> None:
        """Reads everybody who is restrained; again, when something was told meanwhile."""
        for _ in range(READINGS):
            before, asked = self._changes, time.monotonic()
            found = await repository.restrained(self._database)
            if before == self._changes:
                break
        self._entries = {(each.kind, each.ref): _entry(each, asked) for each in found}

    async def heard(self, subject_id: str) -> None:
        """A subject changed."""
        asked = time.monotonic()
        found = await repository.restrained_one(self._database, UUID(subject_id))
        if found is not None:
            self.take([found], asked)
            return
        self._changes += 1
        self._entries = {key: entry for key, entry in self._entries.items() if str(entry.id) != subject_id}

    def take(self, told: Iterable[Restrained], asked: float) -> None:
        """What a statement told that was sent at a moment of the monotonic clock."""
        self._changes += 1
        for each in told:
            if each.slowed > 0 or each.paused > 0:
                self._entries[each.kind, each.ref] = _entry(each, asked)
            else:
                self._entries.pop((each.kind, each.ref), None)


def _entry(told: Restrained, asked: float) -> Entry:
    return Entry(
        id=told.id,
        kind=told.kind,
        ref=told.ref,
        slow_by=told.slow_by,
        by_hand=told.by_hand,
        cause=told.cause,
        slowed=asked + told.slowed,
        paused=asked + told.paused,
        slowed_until=told.slowed_until,
        paused_until=told.paused_until,
    )
