"""What names stand for, sealed, in the database."""

from uuid import UUID

from backend.database import Database

_OF_REQUEST = """
SELECT subject_id, names FROM maskings WHERE user_id = %(user)s AND (subject_id = %(request)s
    OR conversation_id = (SELECT conversation_id FROM messages WHERE request_id = %(request)s LIMIT 1))
"""


async def of_request(database: Database, user_id: UUID, request_id: UUID) -> tuple[UUID, bytes] | None:
    """The person's names in a request, or in the conversation it belongs to, and the id they are sealed for."""
    rows = await database.call(_OF_REQUEST, {"user": user_id, "request": request_id})
    return (rows[0][0], bytes(rows[0][1])) if rows else None


async def of_conversation(database: Database, organisation_id: UUID, conversation_id: UUID) -> bytes | None:
    """The names in a conversation; whose it is has been asked before."""
    rows = await database.call(
        "SELECT names FROM maskings WHERE organisation_id = %s AND subject_id = %s", (organisation_id, conversation_id)
    )
    return bytes(rows[0][0]) if rows else None


async def purge(database: Database) -> None:
    """Forgets names of requests without a conversation when nobody can ask for their answers any more: after a day."""
    await database.call(
        "WITH old AS (DELETE FROM maskings WHERE conversation_id IS NULL"
        " AND updated_at < clock_timestamp() - interval '25 hours' RETURNING 1) SELECT count(*) FROM old",
        (),
    )
