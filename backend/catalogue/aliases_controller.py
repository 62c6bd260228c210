"""/api/admin/aliases: names that stand for models."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.catalogue import admin_repository as repository
from backend.catalogue.aliases import remove_alias, set_alias
from backend.catalogue.tables import ModelAlias as ModelAliasRow
from backend.openapi import errors
from shared.accounts import UserRole
from shared.catalogue import AliasWrite, ModelAlias
from shared.paths import ADMIN
from shared.wire import Page

Why = Annotated[str, QueryParameter(min_length=1, max_length=500, description="As it will stand in the audit log.")]


class AliasesController(Controller):
    """So that an unchanged client works when only another provider is configured."""

    path = f"{ADMIN}/aliases"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: catalogue"]

    @get(operation_id="ListAliases", summary="Names that stand for models", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[ModelAlias]:
        """All of them, those of every organisation first."""
        async with desk.database.reading() as session:
            return Page(items=[_view(row) for row in await repository.aliases(session)])

    @post(
        operation_id="SetAlias",
        summary="Let a name stand for a model",
        status_code=200,
        responses=errors(400, 401, 403),
    )
    async def put(self, data: JSONBody[AliasWrite], desk: NamedDependency[Desk]) -> ModelAlias:
        """Takes effect on the next request."""
        async with desk.configuring() as session:
            return _view(await set_alias(session, data, desk.author))

    @delete(
        "/{alias_id:uuid}", operation_id="RemoveAlias", summary="Forget an alias", responses=errors(400, 401, 403, 404)
    )
    async def remove(self, alias_id: FromPath[UUID], reason: Why, desk: NamedDependency[Desk]) -> None:
        """The name stands for itself again."""
        async with desk.configuring() as session:
            await remove_alias(session, alias_id, reason, desk.author)


def _view(row: ModelAliasRow) -> ModelAlias:
    return ModelAlias(id=row.id, organisation_id=row.organisation_id, alias=row.alias, target=row.target)
