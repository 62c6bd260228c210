"""Rows as the wire shows them."""

from collections.abc import Sequence

from backend.attachments.tables import Attachment as AttachmentRow
from backend.attachments.views import attached
from backend.chat.repository import MessageRow
from backend.chat.tables import Conversation as ConversationRow
from backend.precheck.personal.mask import NOBODY, Names, unmask
from shared.conversations import Conversation
from shared.errors import ErrorCode
from shared.messages import FinishReason, Message, MessageState, Role


def conversation(row: ConversationRow) -> Conversation:
    """A conversation."""
    return Conversation(
        id=row.id,
        title=row.title,
        assistant_id=row.assistant_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        message_count=row.message_count,
        credits=row.credits,
    )


def message(row: MessageRow, files: Sequence[AttachmentRow] = (), names: Names = NOBODY) -> Message:
    """A message with its files, its assistant's name and the person's rating; `names` give way to their data."""
    m = row.message
    content = unmask(m.content, names)
    return Message(
        id=m.id,
        conversation_id=m.conversation_id,
        role=Role(m.role),
        content=content,
        state=MessageState(m.state),
        created_at=m.created_at,
        attachments=[attached(file) for file in files],
        request_id=m.request_id,
        precheck_id=row.precheck_id,
        assistant_id=m.assistant_id,
        assistant_name=row.assistant_name,
        model=m.model,
        model_name=row.model_name or m.model,
        reasons=m.reasons,
        notices=m.notices,
        prompt_tokens=m.prompt_tokens,
        completion_tokens=m.completion_tokens,
        credits=m.credits,
        estimated=m.estimated,
        finish_reason=FinishReason(m.finish_reason) if m.finish_reason else None,
        latency_ms=m.latency_ms,
        first_token_ms=m.first_token_ms,
        failure=ErrorCode(m.failure) if m.failure else None,
        metadata=m.labels,
        masked=content != m.content,
        feedback="up" if row.rating == "up" else "down" if row.rating == "down" else None,
    )
