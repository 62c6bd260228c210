"""Organisations as the admin desk sees and limits them."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.admin.organisations import changes, repository
from backend.admin.organisations.repository import Listed
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from shared.accounts import UserRole
from shared.admin import AdminOrganisation, OrganisationPatch
from shared.paths import ADMIN
from shared.wire import Page

Search = Annotated[str | None, QueryParameter(required=False, max_length=120, description="Id, or part of the name.")]


class OrganisationsController(Controller):
    """Everybody's organisation."""

    path = f"{ADMIN}/organisations"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: people"]

    @get(
        operation_id="ListOrganisations",
        summary="Organisations with what runs for them",
        responses=errors(400, 401, 403),
    )
    async def index(
        self, desk: NamedDependency[Desk], q: Search = None, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[AdminOrganisation]:
        """Newest first."""
        seen = after(cursor, tuple[UUID])
        async with desk.database.reading() as session:
            rows = await repository.newest(session, q, seen[0] if seen else None, limit + 1)
        return page(rows, limit, lambda row: (row.id,), _shown)

    @patch(
        operation_id="LimitOrganisation",
        summary="Limit the answers written at once for an organisation",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def change(self, data: JSONBody[OrganisationPatch], desk: NamedDependency[Desk]) -> AdminOrganisation:
        """At once, on every process. Answers that are being written go on, and count against the limit."""
        async with desk.database.unit_of_work() as session:
            await changes.limit_chats(session, data, desk.author)
            await session.flush()
            row = await repository.one(session, data.id)
        if row is None:
            raise NotFound("There is no such organisation.")
        return _shown(row)


def _shown(row: Listed) -> AdminOrganisation:
    return AdminOrganisation(**row._asdict())
