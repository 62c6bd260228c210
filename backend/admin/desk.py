"""What a handler of the admin desk works with: who acts, and on what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg
import structlog
from litestar import Request
from litestar.di import NamedDependency, Provide
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.identities import IdentityCache
from backend.accounts.identity import Identity
from backend.admin.audit import Author
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.secrets import Secrets
from backend.settings import Settings

log = structlog.get_logger()


class Desk(Struct, frozen=True, kw_only=True):
    """One request's author and the parts of this process."""

    author: Author
    database: Database
    catalogue: CatalogueCache
    identities: IdentityCache
    secrets: Secrets
    settings: Settings

    @asynccontextmanager
    async def configuring(self) -> AsyncIterator[AsyncSession]:
        """A unit of work after which this process decides by the new configuration at once.

        Once it is committed the change has succeeded, whatever becomes of reading it back: notifications and
        admission see to a process whose snapshot is old.
        """
        async with self.database.unit_of_work() as session:
            yield session
        try:
            await self.catalogue.refresh()
        except (SQLAlchemyError, psycopg.Error) as error:
            log.warning("catalogue_not_read_back", fault=type(error).__name__)

    @asynccontextmanager
    async def changing(self, user_id: UUID) -> AsyncIterator[AsyncSession]:
        """A unit of work after which this process knows the person anew."""
        async with self.database.unit_of_work() as session:
            yield session
        self.identities.forget_user(user_id)


def _desk(
    request: Request[Any, Any, Any],
    identity: NamedDependency[Identity],
    database: NamedDependency[Database],
    catalogue: NamedDependency[CatalogueCache],
    identities: NamedDependency[IdentityCache],
    secrets: NamedDependency[Secrets],
    settings: NamedDependency[Settings],
) -> Desk:
    return Desk(
        author=Author(identity=identity, address=getattr(request.state, "address", "")),
        database=database,
        catalogue=catalogue,
        identities=identities,
        secrets=secrets,
        settings=settings,
    )


DESK = {"desk": Provide(_desk, sync_to_thread=False)}
"""The dependency by which controllers of the desk get theirs."""
