"""The audit log."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from backend.accounts.guards import requires_role
from backend.accounts.identity import Identity
from backend.admin import repository
from backend.admin.repository import AuditFilter
from backend.admin.tables import AuditEvent
from backend.admin.text import contains, id_in
from backend.database import Database
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from shared.accounts import UserRole
from shared.admin import AuditRow
from shared.paths import ADMIN
from shared.wire import Page

Action = Annotated[str | None, QueryParameter(required=False, max_length=100, description="Part of an action's name.")]
Actor = Annotated[str | None, QueryParameter(required=False, max_length=254, description="Id, or part of the address.")]
Subject = Annotated[str | None, QueryParameter(required=False, max_length=254, description="Id, or part of the name.")]
ADMINS_ONLY = frozenset({"prices"})
"""What of a change support does not see."""


class AuditController(Controller):
    """Who changed what, when and why."""

    path = f"{ADMIN}/audit"
    guards = [requires_role(UserRole.SUPPORT)]
    tags = ["Admin: operations"]

    @get(operation_id="ListAuditEvents", summary="Changes and who made them", responses=errors(400, 401, 403))
    async def index(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        action: Action = None,
        actor: Actor = None,
        subject: Subject = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AuditRow]:
        """Newest first. Support does not see prices."""
        wanted = AuditFilter(
            action=contains(action) if action else None,
            actor=contains(actor) if actor else None,
            actor_id=id_in(actor),
            subject=contains(subject) if subject else None,
            subject_id=subject,
        )
        seen = after(cursor, tuple[UUID])
        hidden = frozenset() if identity.may_act_as(UserRole.ADMIN) else ADMINS_ONLY
        async with database.reading() as session:
            rows = await repository.list_events(session, wanted, seen[0] if seen else None, limit + 1)
        return page(rows, limit, lambda row: (row.id,), lambda row: _shown(row, hidden))


def _shown(row: AuditEvent, hidden: frozenset[str]) -> AuditRow:
    event = msgspec.convert(row, AuditRow, from_attributes=True)
    return msgspec.structs.replace(event, before=_without(event.before, hidden), after=_without(event.after, hidden))


def _without(state: dict[str, Any] | None, hidden: frozenset[str]) -> dict[str, Any] | None:
    return None if state is None else {name: value for name, value in state.items() if name not in hidden}
