"""What is stored of texts that are tried again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.precheck.tables import PromptCheck


async def checks_of_texts(
    session: AsyncSession, organisation_id: UUID, hashes: Sequence[bytes], each: int
) -> Mapping[bytes, list[PromptCheck]]:
    """The newest `each` checks of every text that was sent in an organisation, newest first."""
    newest = (
        select(
            PromptCheck,
            func.row_number()
            .over(partition_by=col(PromptCheck.prompt_hash), order_by=col(PromptCheck.id).desc())
            .label("number"),
        )
        .where(col(PromptCheck.organisation_id) == organisation_id, col(PromptCheck.prompt_hash).in_(hashes))
        .subquery()
    )
    check = aliased(PromptCheck, newest)
    query = select(check).where(newest.c.number <= each).order_by(newest.c.id.desc())
    found: dict[bytes, list[PromptCheck]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        found[row.prompt_hash].append(row)
    return found
