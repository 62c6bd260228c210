"""Names and the data they stand for, as they are kept: sealed for the conversation or request they belong to."""

from uuid import UUID

import structlog

from backend.chat import mask_repository
from backend.database import Database
from backend.precheck.personal.mask import NOBODY, Names
from backend.secrets import Secrets, UnreadableSecretError

log = structlog.get_logger()


def sealed(secrets: Secrets, names: Names, id: UUID) -> bytes:
    """What is kept of names."""
    return secrets.seal(names.stored(), f"names {id}")


def unsealed(secrets: Secrets, kept: bytes | None, id: UUID) -> Names:
    """The names that were kept. With another master secret they are lost: their names stay in the texts."""
    if kept is None:
        return NOBODY
    try:
        return Names.read(secrets.unseal(kept, f"names {id}"))
    except UnreadableSecretError:
        log.warning("names_unreadable", id=str(id))
        return NOBODY


async def names_of_request(database: Database, secrets: Secrets, user_id: UUID, request_id: UUID) -> Names:
    """The names in a request of the person."""
    found = await mask_repository.of_request(database, user_id, request_id)
    return unsealed(secrets, found[1], found[0]) if found is not None else NOBODY


async def names_of_conversation(
    database: Database, secrets: Secrets, organisation_id: UUID, conversation_id: UUID
) -> Names:
    """The names in a conversation."""
    kept = await mask_repository.of_conversation(database, organisation_id, conversation_id)
    return unsealed(secrets, kept, conversation_id)
