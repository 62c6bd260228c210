"""Noting which sessions and keys are in use, renewing keys, and forgetting what has ended."""

from typing import TYPE_CHECKING

from backend.accounts import repository as people
from backend.accounts.api_keys import repository as keys
from backend.accounts.oidc import repository as sign_on
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


async def flush_last_used_keys(services: "Services") -> None:
    """Writes when API keys were last used, at most once a minute for each."""
    left = services.identities.take_used_keys()
    try:
        while left:
            await keys.touch(services.database, left[:BATCH])
            left = left[BATCH:]
    finally:
        services.identities.give_back_used_keys(left)


async def renew_api_keys(services: "Services") -> None:
    """Makes API keys that are set to renew last longer before they expire."""
    await services.api_keys.renew()


async def purge(services: "Services") -> None:
    """Deletes what has ended: sessions, tokens, links, secrets of keys, attempts to sign in, counts of tries."""
    for delete in (sessions.purge, people.purge, keys.purge, sign_on.purge):
        for _ in range(MOST_BATCHES):
            if await delete(services.database, BATCH) == 0:
                break
