"""People as the admin desk sees them."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.tables import User
from shared.accounts import UserRole


async def has_admin(session: AsyncSession) -> bool:
    """Whether anybody can administer."""
    query = select(User.id).where(User.role == UserRole.ADMIN.value, ~col(User.suspended)).limit(1)
    return (await session.exec(query)).first() is not None
