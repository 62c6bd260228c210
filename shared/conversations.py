"""Conversations as lists show them."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.wire import Answer, Credits, Instant, Request


class Conversation(Answer, frozen=True, kw_only=True):
    """One conversation of the caller. `credits` is what all its answers cost together."""

    id: UUID
    title: str
    assistant_id: UUID | None
    created_at: Instant
    updated_at: Instant
    message_count: int
    credits: Credits


class ConversationPatch(Request, frozen=True, kw_only=True):
    """What may be changed of a conversation. `assistant` is an id, a family name or `auto`."""

    title: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    assistant: str | UnsetType = UNSET
