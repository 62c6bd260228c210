"""Noting which sessions are in use, and forgetting what has ended."""

from typing import TYPE_CHECKING

from backend.accounts import repository as people
from backend.accounts.sessions import repository as sessions

if TYPE_CHECKING:
    from backend.services import Services

BATCH = 1_000
MOST_BATCHES = 50
"""A run ends after this many; the next one goes on."""


async def flush_last_used(services: "Services") -> None:
    """Writes when sessions were last used, and lets browsers' last on; at most once a minute for each."""
    left = services.identities.take_used()
    try:
        while left:
            await sessions.touch(services.database, left[:BATCH])
            left = left[BATCH:]
    finally:
        services.identities.give_back_used(left)


async def purge(services: "Services") -> None:
    """Deletes ended sessions, refresh tokens and reset links, and counts of tries that mean nothing any more."""
    for delete in (sessions.purge, people.purge):
        for _ in range(MOST_BATCHES):
            if await delete(services.database, BATCH) == 0:
                break
