"""Forgetting files that were never sent."""

from typing import TYPE_CHECKING

from backend.attachments import repository

if TYPE_CHECKING:
    from backend.services import Services

BATCH = 100
MOST_BATCHES = 50
"""A run ends after this many; the next one goes on."""


async def purge(services: "Services") -> None:
    """Deletes files that are part of no message a day after they were sent here."""
    for _ in range(MOST_BATCHES):
        if await repository.purge(services.database, BATCH) < BATCH:
            break
