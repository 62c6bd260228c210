"""Plans, entitlements and plan requests in PostgreSQL."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.entitlements.tables import Plan


async def plan_slugs(session: AsyncSession) -> set[str]:
    """Every plan there is."""
    return set((await session.exec(select(Plan.slug))).all())
