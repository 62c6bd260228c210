"""Providers' model lists, read and applied by admins."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.catalogue.imports import repository, service, views
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from backend.providers.engine import ProviderClient
from shared.accounts import UserRole
from shared.imports import ImportChoice, ImportSummary, ImportView, NewImport
from shared.paths import ADMIN
from shared.wire import Page

ProviderName = Annotated[str | None, QueryParameter(required=False, max_length=120, description="A provider's name.")]


class ImportsController(Controller):
    """What providers say of their models, against the catalogue."""

    path = ADMIN
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: catalogue"]

    @post(
        "/providers/{provider_id:uuid}/imports",
        operation_id="ReadModelList",
        summary="Read a provider's model list",
        responses=errors(400, 401, 403, 404, 409, 502, 503, 504),
    )
    async def read(
        self,
        provider_id: FromPath[UUID],
        data: JSONBody[NewImport],
        desk: NamedDependency[Desk],
        provider_client: NamedDependency[ProviderClient],
    ) -> ImportView:
        """Shows how the list differs from the catalogue, and changes nothing of it."""
        import_id = await service.read_list(desk.database, desk.catalogue, provider_client, provider_id, desk.author)
        async with desk.database.reading() as session:
            return views.view(*await service.one(session, import_id))

    @get("/imports", operation_id="ListImports", summary="Model lists that were read", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        provider: ProviderName = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[ImportSummary]:
        """Newest first. Lists of which nothing was applied are kept for 90 days."""
        seen = after(cursor, tuple[UUID])
        async with desk.database.reading() as session:
            rows = await repository.list_imports(session, provider, seen[0] if seen else None, limit + 1)
        return page(rows, limit, lambda row: (row[0].id,), lambda row: views.summary(*row))

    @get(
        "/imports/{import_id:uuid}",
        operation_id="GetImport",
        summary="A model list that was read",
        responses=errors(400, 401, 403, 404),
    )
    async def one(self, import_id: FromPath[UUID], desk: NamedDependency[Desk]) -> ImportView:
        """With every line, and what was applied of them, by whom and why."""
        async with desk.database.reading() as session:
            return views.view(*await service.one(session, import_id))

    @post(
        "/imports/{import_id:uuid}/apply",
        operation_id="ApplyImport",
        summary="Apply lines of a model list",
        status_code=200,
        responses=errors(400, 401, 403, 404, 409),
    )
    async def apply(
        self, import_id: FromPath[UUID], data: JSONBody[ImportChoice], desk: NamedDependency[Desk]
    ) -> ImportView:
        """All chosen lines or none. New models stay off; new prices count from the next request on.

        `all` leaves out suspicious lines and models that are gone: those have to be named. Refused when the
        provider's models were changed since the list was read, or when that was more than a day ago. A line that was
        applied before is left alone.
        """
        async with desk.configuring() as session:
            await service.apply_import(session, import_id, data, desk.author)
            return views.view(*await service.one(session, import_id))
