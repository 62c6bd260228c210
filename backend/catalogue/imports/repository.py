"""Imports, and the part of the catalogue that they are compared with."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.imports.compare import Known
from backend.catalogue.imports.tables import CatalogueImport
from backend.catalogue.repository import latest_prices
from backend.catalogue.tables import Model, ModelPrice, ModelProvider
from backend.catalogue.views import prices_of

UNAPPLIED_KEPT = timedelta(days=90)
"""How long a reading of which nothing was applied is kept; the others are kept for good."""

Listed = tuple[CatalogueImport, ModelProvider]


async def known_models(session: AsyncSession, provider_id: UUID, *, locked: bool = False) -> list[Known]:
    """The provider's models with their prices; `locked`, nobody else changes them until the unit of work ends."""
    query = select(Model).where(Model.provider_id == provider_id).order_by(col(Model.id))
    rows = (await session.exec(query.with_for_update() if locked else query)).all()
    prices = {price.model_id: price for price in await latest_prices(session, [row.id for row in rows])}
    return [_known(row, prices) for row in rows]


def _known(row: Model, prices: Mapping[UUID, ModelPrice]) -> Known:
    price = prices.get(row.id)
    return msgspec.convert(
        {
            **{name: getattr(row, name) for name in Known.__struct_fields__ if name in Model.model_fields},
            "prices": prices_of(price),
            "version": None if price is None else price.version,
        },
        Known,
    )


async def provider(session: AsyncSession, provider_id: UUID) -> ModelProvider | None:
    """The provider with this id."""
    return await session.get(ModelProvider, provider_id)


async def provider_names(session: AsyncSession) -> dict[str, UUID]:
    """Every provider's name and id."""
    return dict((await session.exec(select(ModelProvider.name, ModelProvider.id))).all())


async def list_imports(
    session: AsyncSession, provider_name: str | None, before: UUID | None, limit: int
) -> Sequence[Listed]:
    """Imports, newest first."""
    query = select(CatalogueImport, ModelProvider).join(ModelProvider).order_by(col(CatalogueImport.id).desc())
    if provider_name is not None:
        query = query.where(ModelProvider.name == provider_name)
    if before is not None:
        query = query.where(col(CatalogueImport.id) < before)
    return (await session.exec(query.limit(limit))).all()


async def one_import(session: AsyncSession, import_id: UUID, *, locked: bool = False) -> Listed | None:
    """An import with its provider; `locked`, nobody else applies it until the unit of work ends."""
    query = select(CatalogueImport, ModelProvider).join(ModelProvider).where(CatalogueImport.id == import_id)
    if locked:
        query = query.with_for_update(of=CatalogueImport).execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def now(session: AsyncSession) -> datetime:
    """The database's clock."""
    moment: datetime = (await session.exec(select(func.clock_timestamp()))).one()
    return moment


async def forget_unapplied(session: AsyncSession, provider_id: UUID) -> None:
    """Removes old readings of a provider's list of which nothing was applied."""
    await session.exec(
        delete(CatalogueImport).where(
            col(CatalogueImport.provider_id) == provider_id,
            func.jsonb_array_length(col(CatalogueImport.applications)) == 0,
            col(CatalogueImport.created_at) < func.now() - UNAPPLIED_KEPT,
        )
    )
