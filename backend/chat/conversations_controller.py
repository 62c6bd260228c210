"""Conversations and messages of the caller."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, patch, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.assistants.pick import wanted_assistant
from backend.attachments import repository as attachments
from backend.catalogue.cache import CatalogueCache
from backend.chat import repository, views
from backend.chat.generations import Generations
from backend.chat.prompt import readable
from backend.chat.sealed_names import names_of_conversation
from backend.chat.tables import Conversation as ConversationRow
from backend.database import Database
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, Moment, after, page
from backend.secrets import Secrets
from shared.conversations import Conversation, ConversationPatch
from shared.messages import FeedbackRequest, Message, Role
from shared.paths import CONVERSATIONS, MESSAGES
from shared.wire import Page

Position = Annotated[int, Meta(ge=0, lt=2**31)]


class ConversationsController(Controller):
    """A person's conversations; somebody else's do not exist."""

    path = CONVERSATIONS
    guards = [signed_in]
    tags = ["Conversations"]

    @get(operation_id="ListConversations", summary="List conversations, last used first", responses=errors(400, 401))
    async def index(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        q: Annotated[str | None, QueryParameter(required=False, max_length=200)] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[Conversation]:
        """`q` matches titles."""
        seen = after(cursor, tuple[Moment, UUID])
        query = readable(q) if q else None
        async with database.reading() as session:
            rows = await repository.list_conversations(session, identity.user_id, query, seen, limit + 1)
        return page(rows, limit, lambda row: (row.updated_at, row.id), views.conversation)

    @get(
        "/{conversation_id:uuid}",
        operation_id="GetConversation",
        summary="One conversation",
        responses=errors(400, 401, 404),
    )
    async def read(
        self, conversation_id: FromPath[UUID], identity: NamedDependency[Identity], database: NamedDependency[Database]
    ) -> Conversation:
        """Its facts; messages have their own address."""
        async with database.reading() as session:
            return views.conversation(await _own(session, identity, conversation_id))

    @patch(
        "/{conversation_id:uuid}",
        operation_id="ChangeConversation",
        summary="Rename a conversation or set its assistant",
        responses=errors(400, 401, 403, 404),
    )
    async def change(
        self,
        conversation_id: FromPath[UUID],
        data: JSONBody[ConversationPatch],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
    ) -> Conversation:
        """Absent fields stay as they are."""
        changes: dict[str, object] = {}
        if not isinstance(data.title, UnsetType):
            changes["title"] = readable(data.title).strip()
        if not isinstance(data.assistant, UnsetType):
            current = catalogue.current
            chosen = wanted_assistant(current, identity.entitlement(current), data.assistant)
            changes["assistant_id"] = chosen.id if chosen is not None else None
        async with database.unit_of_work() as session:
            conversation = await _own(session, identity, conversation_id)
            if changes:
                await repository.change(session, conversation, changes)
                await session.refresh(conversation)
            return views.conversation(conversation)

    @delete(
        "/{conversation_id:uuid}",
        operation_id="DeleteConversation",
        summary="Delete a conversation with its messages",
        responses=errors(400, 401, 404),
    )
    async def remove(
        self,
        conversation_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        generations: NamedDependency[Generations],
    ) -> None:
        """An answer being written in it is stopped."""
        async with database.unit_of_work() as session:
            conversation = await _own(session, identity, conversation_id)
            running = conversation.active_request
            await repository.remove(session, conversation)
        if running is not None and not generations.cancel(running):
            await repository.ask_to_stop(database, identity.user_id, running)

    @get(
        "/{conversation_id:uuid}/messages",
        operation_id="ListMessages",
        summary="Messages, the newest page first",
        responses=errors(400, 401, 404),
    )
    async def messages(
        self,
        conversation_id: FromPath[UUID],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[Message]:
        """Ascending within the page; `next` leads to older ones."""
        seen = after(cursor, tuple[Position])
        names = await names_of_conversation(database, secrets, identity.organisation_id, conversation_id)
        async with database.reading() as session:
            await _own(session, identity, conversation_id)
            rows = await repository.list_messages(
                session, identity.organisation_id, conversation_id, seen[0] if seen else None, limit + 1
            )
            files = await attachments.of_messages(
                session, identity.organisation_id, [row.message.id for row in rows if row.message.role == Role.USER]
            )
        newest_first = page(
            rows,
            limit,
            lambda row: (row.message.position,),
            lambda row: views.message(row, files.get(row.message.id, ()), names),
        )
        return Page(items=newest_first.items[::-1], next=newest_first.next)


class MessagesController(Controller):
    """What a person says of an answer."""

    path = MESSAGES
    guards = [signed_in]
    tags = ["Conversations"]

    @put(
        "/{message_id:uuid}/feedback",
        operation_id="RateAnswer",
        summary="Rate an answer",
        status_code=204,
        responses=errors(400, 401, 404),
    )
    async def rate(
        self,
        message_id: FromPath[UUID],
        data: JSONBody[FeedbackRequest],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
    ) -> None:
        """The last rating counts."""
        comment = readable(data.comment) if data.comment else None
        async with database.unit_of_work() as session:
            answer = await repository.own_answer(session, identity.organisation_id, identity.user_id, message_id)
            if answer is None:
                raise NotFound("This answer does not exist or is not yours.")
            await repository.put_feedback(session, answer, identity.user_id, data.rating, comment)


async def _own(session: AsyncSession, identity: Identity, conversation_id: UUID) -> ConversationRow:
    found = await repository.own_conversation(session, identity.organisation_id, identity.user_id, conversation_id)
    if found is None:
        raise NotFound("This conversation does not exist or is not yours.")
    return found
