"""Conversations and messages in the database."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.assistants.tables import Assistant
from backend.catalogue.tables import Model
from backend.chat.tables import Conversation, Feedback, Message
from backend.database import Database
from backend.notifications import CHANNEL
from backend.precheck.tables import PromptCheck
from shared.messages import Role

HISTORY_MESSAGES = 1000
"""At most so many of the newest messages are read to build a prompt."""
RATINGS = 1000
"""How many of an organisation's newest ratings tell what its people think of a model."""


class StoredTurn(Struct, frozen=True):
    """A message as prompts are built from it."""

    id: UUID
    position: int
    role: Role
    content: str
    has_files: bool = False


class StoredConversation(Struct, frozen=True, kw_only=True):
    """A conversation with its newest messages, oldest first. `names` is sealed: what names in them stand for."""

    id: UUID
    title: str
    revision: int
    assistant_id: UUID | None
    message_count: int
    turns: list[StoredTurn]
    names: bytes | None = None


_HISTORY = """
SELECT c.title, c.revision, c.assistant_id, c.message_count, k.names, m.id, m.position, m.role, m.content,
    m.role = 'user' AND EXISTS (SELECT 1 FROM message_attachments a
        WHERE a.organisation_id = c.organisation_id AND a.message_id = m.id)
FROM conversations c LEFT JOIN LATERAL (
    SELECT id, position, role, content FROM messages
    WHERE organisation_id = c.organisation_id AND conversation_id = c.id AND content <> ''
    ORDER BY position DESC LIMIT %s
) m ON true LEFT JOIN maskings k ON k.organisation_id = c.organisation_id AND k.subject_id = c.id
WHERE c.organisation_id = %s AND c.id = %s AND c.user_id = %s
ORDER BY m.position
"""


async def read_conversation(
    database: Database, organisation_id: UUID, user_id: UUID, conversation_id: UUID
) -> StoredConversation | None:
    """The person's conversation in one round trip; None when there is none or it is somebody else's."""
    rows = await database.call(_HISTORY, (HISTORY_MESSAGES, organisation_id, conversation_id, user_id))
    if not rows:
        return None
    title, revision, assistant_id, message_count, names = rows[0][:5]
    return StoredConversation(
        id=conversation_id,
        title=title,
        revision=revision,
        assistant_id=assistant_id,
        message_count=message_count,
        names=bytes(names) if names is not None else None,
        turns=[
            StoredTurn(id, position, Role(role), content, has_files)
            for *_, id, position, role, content, has_files in rows
            if id
        ],
    )


async def message_position(
    database: Database, organisation_id: UUID, conversation_id: UUID, message_id: UUID
) -> int | None:
    """Where a message stands in its conversation."""
    rows = await database.call(
        "SELECT position FROM messages WHERE organisation_id = %s AND conversation_id = %s AND id = %s",
        (organisation_id, conversation_id, message_id),
    )
    return rows[0][0] if rows else None


async def own_conversation(
    session: AsyncSession, organisation_id: UUID, user_id: UUID, id: UUID
) -> Conversation | None:
    """One conversation of the person."""
    found = await session.execute(
        select(Conversation).where(
            col(Conversation.organisation_id) == organisation_id,
            col(Conversation.user_id) == user_id,
            col(Conversation.id) == id,
        )
    )
    return found.scalar_one_or_none()


async def list_conversations(
    session: AsyncSession, user_id: UUID, query: str | None, after: tuple[object, UUID] | None, limit: int
) -> Sequence[Conversation]:
    """The person's conversations, last used first; `query` matches titles."""
    statement = select(Conversation).where(col(Conversation.user_id) == user_id)
    if query:
        statement = statement.where(col(Conversation.title).icontains(query, autoescape=True))
    if after is not None:
        moment, id = after
        statement = statement.where(
            or_(
                col(Conversation.updated_at) < moment,
                and_(col(Conversation.updated_at) == moment, col(Conversation.id) < id),
            )
        )
    statement = statement.order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc()).limit(limit)
    return (await session.execute(statement)).scalars().all()


async def remove(session: AsyncSession, conversation: Conversation) -> None:
    """Deletes a conversation with its messages."""
    await session.execute(
        delete(Conversation).where(
            col(Conversation.organisation_id) == conversation.organisation_id,
            col(Conversation.id) == conversation.id,
        )
    )


class MessageRow(Struct, frozen=True):
    """A message with its assistant's and model's names for people, the person's rating and its prompt's check."""

    message: Message
    assistant_name: str | None
    model_name: str | None
    rating: str | None
    precheck_id: UUID | None


async def list_messages(
    session: AsyncSession, organisation_id: UUID, conversation_id: UUID, before: int | None, limit: int
) -> list[MessageRow]:
    """The newest messages before a position, newest first."""
    check = (
        select(col(PromptCheck.id))
        .where(
            col(PromptCheck.organisation_id) == col(Message.organisation_id),
            col(PromptCheck.request_id) == col(Message.request_id),
        )
        .order_by(col(PromptCheck.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(Message, col(Assistant.name), col(Model.display_name), col(Feedback.rating), check)
        .outerjoin(Assistant, col(Assistant.id) == col(Message.assistant_id))
        .outerjoin(Model, col(Model.name) == col(Message.model))
        .outerjoin(
            Feedback,
            and_(
                col(Feedback.organisation_id) == col(Message.organisation_id),
                col(Feedback.message_id) == col(Message.id),
            ),
        )
        .where(col(Message.organisation_id) == organisation_id, col(Message.conversation_id) == conversation_id)
    )
    if before is not None:
        statement = statement.where(col(Message.position) < before)
    statement = statement.order_by(col(Message.position).desc()).limit(limit)
    rows = (await session.execute(statement)).all()
    return [MessageRow(*row) for row in rows]


async def own_answer(session: AsyncSession, organisation_id: UUID, user_id: UUID, message_id: UUID) -> Message | None:
    """An answer in one of the person's conversations."""
    found = await session.execute(
        select(Message)
        .join(
            Conversation,
            and_(
                col(Conversation.organisation_id) == col(Message.organisation_id),
                col(Conversation.id) == col(Message.conversation_id),
            ),
        )
        .where(
            col(Message.organisation_id) == organisation_id,
            col(Message.id) == message_id,
            col(Message.role) == Role.ASSISTANT.value,
            col(Conversation.user_id) == user_id,
        )
    )
    return found.scalar_one_or_none()


async def put_feedback(session: AsyncSession, answer: Message, user_id: UUID, rating: str, comment: str | None) -> None:
    """Sets the person's judgement on an answer; the last one counts."""
    row = insert(Feedback).values(
        organisation_id=answer.organisation_id,
        message_id=answer.id,
        user_id=user_id,
        request_id=answer.request_id,
        rating=rating,
        comment=comment,
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["organisation_id", "message_id"], set_={"rating": rating, "comment": comment}
        )
    )


async def change(session: AsyncSession, conversation: Conversation, changes: dict[str, object]) -> None:
    """Changes a conversation's title or assistant."""
    await session.execute(
        update(Conversation)
        .where(
            col(Conversation.organisation_id) == conversation.organisation_id,
            col(Conversation.id) == conversation.id,
        )
        .values(**changes)
    )


async def ask_to_stop(database: Database, user_id: UUID, request_id: UUID) -> bool | None:
    """Notes that the person wants no more of an answer, and tells the process that writes it.

    True when it was running, False when it had ended, None when it is not theirs.
    """
    rows = await database.call(
        "WITH stopped AS (UPDATE holds SET stop = true WHERE request_id = %s AND user_id = %s RETURNING request_id)"
        " SELECT pg_notify(%s, 'cancel ' || request_id)::text FROM stopped",
        (request_id, user_id, CHANNEL),
    )
    return True if rows else await owns_request(database, user_id, request_id)


async def owns_request(database: Database, user_id: UUID, request_id: UUID) -> bool | None:
    """Whether the person's request runs (True) or has ended (False); None when it is not theirs."""
    rows = await database.call(
        "SELECT EXISTS (SELECT 1 FROM holds WHERE request_id = %(r)s AND user_id = %(u)s),"
        " EXISTS (SELECT 1 FROM model_calls WHERE request_id = %(r)s AND user_id = %(u)s)"
        " OR EXISTS (SELECT 1 FROM idempotency_keys WHERE request_id = %(r)s AND caller = %(u)s)",
        {"r": request_id, "u": user_id},
    )
    running, ended = rows[0]
    return True if running else False if ended else None


async def ratings(database: Database, organisation_id: UUID, model: str) -> tuple[int, int]:
    """How many good ratings, and how many in all, a model's answers have among the newest of an organisation's."""
    rows = await database.call(
        "SELECT count(*) FILTER (WHERE f.rating = 'up'), count(*) FROM (SELECT * FROM feedback"
        " WHERE organisation_id = %s ORDER BY message_id DESC LIMIT %s) f JOIN messages m"
        " ON m.organisation_id = f.organisation_id AND m.id = f.message_id WHERE m.model = %s",
        (organisation_id, RATINGS, model),
    )
    good, rated = rows[0]
    return good, rated
