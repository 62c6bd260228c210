"""What `fairlead catalogue refresh` does. The settings must name the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy.exc import DBAPIError

from backend.admin.audit import Operator
from backend.catalogue.imports import service, views
from backend.errors import AppError
from backend.running.errors import OperatorError
from backend.services import Services
from backend.settings import Settings
from shared.imports import ImportChoice, ImportView, LineKind


class Refreshed(NamedTuple):
    """What came of asking providers for their lists; `failures` are one sentence each."""

    imports: list[ImportView]
    failures: list[str]


async def read_lists(settings: Settings, names: Sequence[str]) -> Refreshed:
    """Reads the lists of the named providers, or of all that can be called. Raises `OperatorError`."""
    done = Refreshed([], [])
    async with _services(settings) as services:
        providers = {provider.name: provider for provider in services.catalogue.current.providers}
        unknown = [name for name in names if name not in providers]
        if unknown:
            raise OperatorError(f"There is no provider named {unknown[0]}; there are {', '.join(providers)}.")
        wanted = dict.fromkeys(names) or [each.name for each in providers.values() if each.why is None]
        await services.client.start()
        for name in wanted:
            try:
                import_id = await service.read_list(
                    services.database, services.catalogue, services.client, providers[name].id, Operator()
                )
            except AppError as error:
                done.failures.append(error.message)
            else:
                done.imports.append(await _view(services, import_id))
    return done


async def apply_lists(
    settings: Settings, imports: Sequence[ImportView], reason: str, *, suspicious: bool, gone: bool
) -> list[ImportView]:
    """Applies the imports' lines: the suspicious ones and the models that are gone only if asked to.

    Each import by itself is applied whole or not at all. Raises `OperatorError`.
    """
    async with _services(settings) as services:
        applied = []
        for found in imports:
            if keys := to_apply(found, suspicious=suspicious, gone=gone):
                choice = ImportChoice(reason=reason, lines=keys)
                async with services.database.unit_of_work() as session:
                    await service.apply_import(session, found.id, choice, Operator())
            applied.append(await _view(services, found.id))
        return applied


def to_apply(found: ImportView, *, suspicious: bool, gone: bool) -> list[str]:
    """The keys of the lines that would be applied."""
    return [
        line.key
        for line in found.lines
        if (suspicious or line.suspicious is None) and (gone or line.kind is not LineKind.GONE)
    ]


async def _view(services: Services, import_id: UUID) -> ImportView:
    async with services.database.reading() as session:
        return views.view(*await service.one(session, import_id))


@asynccontextmanager
async def _services(settings: Settings) -> AsyncIterator[Services]:
    services = Services(settings)
    try:
        await services.database.open()
        await services.catalogue.refresh()
        yield services
    except AppError as error:
        raise OperatorError(error.message) from None
    except (psycopg.Error, DBAPIError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        raise OperatorError(f"The database failed: {reason}") from error
    finally:
        await services.client.close()
        await services.accounts.close()
        await services.database.close()
