"""Keeping open streams alive and what they say."""

from typing import TYPE_CHECKING

from backend.chat import log_repository, mask_repository

if TYPE_CHECKING:
    from backend.services import Services


async def look_after_readers(services: "Services") -> None:
    """Pings silent streams and drops dead readers."""
    services.chats.readers.look_after()


async def save_answers(services: "Services") -> None:
    """Saves what running streamed answers have said, for readers in other processes and for after a crash."""
    await services.recorder.save()


async def purge_answers(services: "Services") -> None:
    """Forgets the logs of answers that ended a while ago, and names that nobody needs any more."""
    await log_repository.purge(services.database)
    await mask_repository.purge(services.database)
