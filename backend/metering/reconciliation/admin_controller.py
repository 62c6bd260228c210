"""What reconciliation did, for admins."""

from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency

from backend.accounts.guards import requires_role
from backend.database import Database
from backend.metering.reconciliation import repository
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from shared.accounts import UserRole
from shared.paths import ADMIN
from shared.reconciliation import ReconciliationView
from shared.wire import Page


class ReconciliationsController(Controller):
    """Runs that found something."""

    path = f"{ADMIN}/reconciliations"
    guards = [requires_role(UserRole.ADMIN)]
    tags = ["Admin: operations"]

    @get(
        operation_id="ListReconciliations",
        summary="What the books were found to differ in",
        responses=errors(400, 401, 403),
    )
    async def index(
        self, database: NamedDependency[Database], limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
    ) -> Page[ReconciliationView]:
        """Newest first. A run that finds nothing leaves no trace."""
        seen = after(cursor, tuple[UUID])
        async with database.reading() as session:
            rows = await repository.runs(session, seen[0] if seen else None, limit + 1)
        return page(
            rows,
            limit,
            lambda row: (row.id,),
            lambda row: msgspec.convert(row, ReconciliationView, from_attributes=True),
        )
