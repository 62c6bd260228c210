"""Assistant families in PostgreSQL."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.assistants.tables import Assistant


async def families(session: AsyncSession) -> set[str]:
    """Every family there is, enabled or not."""
    return set((await session.exec(select(Assistant.family))).all())
