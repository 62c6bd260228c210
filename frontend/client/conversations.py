"""The caller's conversations and their messages."""

from typing import Literal, NamedTuple
from uuid import UUID

from frontend.client import http
from shared import paths
from shared.conversations import Conversation, ConversationPatch
from shared.messages import FeedbackRequest, Message
from shared.wire import Page

_PAGE = 50


class History(NamedTuple):
    """Messages, oldest first. `more` says that there are older ones."""

    messages: list[Message]
    more: bool


def conversations(words: str = "", pages: int = 1) -> Page[Conversation]:
    """The newest, those whose title or text holds `words` only; `next` is set when there are more than `pages`."""
    found, cursor = list[Conversation](), None
    for _ in range(pages):
        query: http.Query = {"q": words or None, "limit": _PAGE, "cursor": cursor}
        page = http.call("GET", paths.CONVERSATIONS, Page[Conversation], query=query)
        found, cursor = found + page.items, page.next
        if cursor is None:
            break
    return Page(items=found, next=cursor)


def conversation(conversation_id: UUID) -> Conversation:
    """One conversation. An `ApiError` with `not_found` means that it is absent or somebody else's."""
    return http.call("GET", f"{paths.CONVERSATIONS}/{conversation_id}", Conversation)


def messages(conversation_id: UUID, pages: int = 1) -> History:
    """The newest messages, as many pages back as asked for."""
    found, cursor = list[Message](), None
    for _ in range(pages):
        query: http.Query = {"limit": _PAGE, "cursor": cursor}
        page = http.call("GET", f"{paths.CONVERSATIONS}/{conversation_id}/messages", Page[Message], query=query)
        found, cursor = page.items + found, page.next
        if cursor is None:
            break
    return History(found, cursor is not None)


def rename(conversation_id: UUID, title: str) -> None:
    """Gives a conversation another title."""
    patch = ConversationPatch(title=title)
    http.call("PATCH", f"{paths.CONVERSATIONS}/{conversation_id}", Conversation, body=patch)


def delete(conversation_id: UUID) -> None:
    """Deletes a conversation with its messages."""
    http.command("DELETE", f"{paths.CONVERSATIONS}/{conversation_id}")


def rate(message_id: UUID, rating: Literal["up", "down"]) -> None:
    """Judges an answer."""
    http.command("PUT", f"{paths.MESSAGES}/{message_id}/feedback", body=FeedbackRequest(rating=rating))
