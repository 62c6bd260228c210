"""Marks in the database, and the checks and texts that they are about."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct
from sqlalchemy import and_, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.chat.tables import Message
from backend.precheck.marks.tables import PromptMark
from backend.precheck.tables import PromptCheck
from shared.messages import Role

_OF_ORIGIN = {origin: text(f"origin = '{origin}'") for origin in ("person", "bench")}
"""In words: a partial index is not found by a parameter once the statement is prepared."""

_JUDGED = ("category", "complexity", "risky", "found", "check_id", "text_ciphertext", "features")


class MarkFilter(Struct, frozen=True, kw_only=True):
    """Which marks to list: by the task they name and by what the prompt was taken for; None does not narrow."""

    category: str | None = None
    was: str | None = None


async def own_check(session: AsyncSession, organisation_id: UUID, user_id: UUID, check_id: UUID) -> PromptCheck | None:
    """A check of the person's own prompts."""
    query = select(PromptCheck).where(
        col(PromptCheck.organisation_id) == organisation_id,
        col(PromptCheck.id) == check_id,
        col(PromptCheck.user_id) == user_id,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def checks_of(session: AsyncSession, organisation_id: UUID, prompt_hash: bytes, limit: int) -> list[PromptCheck]:
    """The checks of a text in an organisation, newest first."""
    query = (
        select(PromptCheck)
        .where(col(PromptCheck.organisation_id) == organisation_id, col(PromptCheck.prompt_hash) == prompt_hash)
        .order_by(col(PromptCheck.id).desc())
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def somebody_else_sent(session: AsyncSession, organisation_id: UUID, user_id: UUID, prompt_hash: bytes) -> bool:
    """Whether anybody but this person sent the text in the organisation."""
    query = select(
        select(PromptCheck)
        .where(
            col(PromptCheck.organisation_id) == organisation_id,
            col(PromptCheck.prompt_hash) == prompt_hash,
            col(PromptCheck.user_id) != user_id,
        )
        .exists()
    )
    return bool((await session.execute(query)).scalar_one())


async def kept_prompt(session: AsyncSession, check: PromptCheck) -> str | None:
    """The prompt before the answer that followed the check, None when the conversation does not have it any more."""
    if check.request_id is None or check.conversation_id is None:
        return None
    answer = aliased(Message)
    query = (
        select(col(Message.content))
        .join(
            answer,
            and_(
                col(answer.organisation_id) == col(Message.organisation_id),
                col(answer.conversation_id) == col(Message.conversation_id),
                col(Message.position) < col(answer.position),
            ),
        )
        .where(
            col(Message.organisation_id) == check.organisation_id,
            col(Message.conversation_id) == check.conversation_id,
            col(Message.role) == Role.USER.value,
            col(answer.request_id) == check.request_id,
        )
        .order_by(col(Message.position).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def mark_of(session: AsyncSession, organisation_id: UUID, user_id: UUID, check_id: UUID) -> PromptMark | None:
    """The person's mark on a check of theirs, locked until the end of the unit of work."""
    query = (
        select(PromptMark)
        .where(
            col(PromptMark.organisation_id) == organisation_id,
            col(PromptMark.user_id) == user_id,
            col(PromptMark.check_id) == check_id,
            col(PromptMark.origin) == "person",
        )
        .with_for_update()
    )
    return (await session.execute(query)).scalar_one_or_none()


async def put(session: AsyncSession, mark: PromptMark) -> PromptMark:
    """Stores a mark in place of the one that the person made before, whichever of two at once comes first."""
    row = insert(PromptMark).values(**mark.model_dump(exclude={"id", "marked_at"}, warnings=False))
    person = mark.origin == "person"
    stored = row.on_conflict_do_update(
        index_elements=["organisation_id", "user_id", "check_id" if person else "prompt_hash"],
        index_where=_OF_ORIGIN[mark.origin],
        set_={**{name: row.excluded[name] for name in _JUDGED}, "marked_at": func.now()},
    ).returning(PromptMark)
    kept: PromptMark = (await session.execute(stored, execution_options={"populate_existing": True})).scalar_one()
    return kept


async def own_marks(session: AsyncSession, user_id: UUID, seen: UUID | None, limit: int) -> Sequence[PromptMark]:
    """All that a person marked, newest first."""
    query = select(PromptMark).where(col(PromptMark.user_id) == user_id)
    if seen is not None:
        query = query.where(col(PromptMark.id) < seen)
    return (await session.execute(query.order_by(col(PromptMark.id).desc()).limit(limit))).scalars().all()


async def remove_own(session: AsyncSession, organisation_id: UUID, user_id: UUID, check_id: UUID) -> bool:
    """Takes back the person's mark on a check, with its text. Says whether there was one."""
    gone = await session.execute(
        delete(PromptMark)
        .where(
            col(PromptMark.organisation_id) == organisation_id,
            col(PromptMark.user_id) == user_id,
            col(PromptMark.check_id) == check_id,
            col(PromptMark.origin) == "person",
        )
        .returning(col(PromptMark.id))
    )
    return gone.first() is not None


async def marks(session: AsyncSession, wanted: MarkFilter, seen: UUID | None, limit: int) -> Sequence[PromptMark]:
    """Everybody's marks, newest first."""
    query = select(PromptMark).order_by(col(PromptMark.id).desc()).limit(limit)
    if wanted.category is not None:
        query = query.where(col(PromptMark.category) == wanted.category)
    if wanted.was is not None:
        query = query.where(col(PromptMark.found)["category"].astext == wanted.was)
    if seen is not None:
        query = query.where(col(PromptMark.id) < seen)
    return (await session.execute(query)).scalars().all()


async def marks_after(session: AsyncSession, seen: UUID | None, limit: int) -> Sequence[PromptMark]:
    """Everybody's marks, oldest first."""
    query = select(PromptMark).order_by(col(PromptMark.id)).limit(limit)
    if seen is not None:
        query = query.where(col(PromptMark.id) > seen)
    return (await session.execute(query)).scalars().all()


async def count(session: AsyncSession) -> int:
    """How many marks there are."""
    number: int = (await session.execute(select(func.count()).select_from(PromptMark))).scalar_one()
    return number


async def mark(session: AsyncSession, mark_id: UUID) -> PromptMark | None:
    """One mark of anybody, locked until the end of the unit of work."""
    query = select(PromptMark).where(col(PromptMark.id) == mark_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()
