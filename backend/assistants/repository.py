"""Assistant families in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.assistants.tables import Assistant, ServiceTypeRow


async def families(session: AsyncSession) -> set[str]:
    """Every family there is, enabled or not."""
    return set((await session.exec(select(Assistant.family))).all())


async def assistants(session: AsyncSession) -> Sequence[Assistant]:
    """Every assistant, in the order of display."""
    return (await session.exec(select(Assistant).order_by(col(Assistant.rank), col(Assistant.family)))).all()


async def locked_assistant(session: AsyncSession, assistant_id: UUID) -> Assistant | None:
    """An assistant that nobody else can change until the unit of work ends."""
    return await session.get(Assistant, assistant_id, with_for_update=True, populate_existing=True)


async def service_types(session: AsyncSession) -> Sequence[ServiceTypeRow]:
    """What handles each service type, by its name."""
    return (await session.exec(select(ServiceTypeRow).order_by(col(ServiceTypeRow.service_type)))).all()


async def locked_service_type(session: AsyncSession, service_type: str) -> ServiceTypeRow | None:
    """A mapping that nobody else can change until the unit of work ends."""
    return await session.get(ServiceTypeRow, service_type, with_for_update=True, populate_existing=True)
