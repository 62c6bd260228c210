"""People as the admin desk sees and changes them."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.admin.text import contains
from backend.admin.users import changes, repository
from backend.admin.users.repository import Order
from backend.admin.users.views import admin_user
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from shared.accounts import UserRole
from shared.admin import AdminUser, Grant, UserPatch
from shared.paths import ADMIN
from shared.wire import Dollars, Page

Search = Annotated[str | None, QueryParameter(required=False, max_length=254, description="Part of address or name.")]
Sort = Annotated[Order, QueryParameter(required=False, description="Newest, dearest or busiest in 30 days first.")]


class AdminUsersController(Controller):
    """Everybody with an account."""

    path = f"{ADMIN}/users"
    guards = [requires_role(UserRole.SUPPORT)]
    dependencies = DESK
    tags = ["Admin: people"]

    @get(operation_id="ListUsers", summary="People with their 30-day figures", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        q: Search = None,
        sort: Sort = "created",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AdminUser]:
        """By the order that is asked for, the highest first."""
        pattern = contains(q) if q else None
        async with desk.database.reading() as session:
            if sort == "created":
                seen = after(cursor, tuple[UUID])
                rows = await repository.newest(session, pattern, seen[0] if seen else None, limit + 1)
                return page(rows, limit, lambda row: (row.user.id,), admin_user)
            last = after(cursor, tuple[Dollars, UUID])
            rows = await repository.heaviest(session, pattern, sort, last, limit + 1)
            return page(rows, limit, lambda row: (getattr(row.used, sort), row.user.id), admin_user)

    @patch(
        operation_id="ChangeUser",
        summary="Change somebody's role, name or suspension",
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404, 409),
    )
    async def change(self, data: JSONBody[UserPatch], desk: NamedDependency[Desk]) -> AdminUser:
        """At once, also for sessions that are open. Somebody who can administer always remains."""
        async with desk.changing(data.id) as session:
            await changes.change_user(session, data, desk.author)
            return await _one(session, data.id)

    @post(
        "/{user_id:uuid}/grants",
        operation_id="GrantCredits",
        summary="Give credits, or take them back",
        status_code=200,
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404, 409),
    )
    async def grant(self, user_id: FromPath[UUID], data: JSONBody[Grant], desk: NamedDependency[Desk]) -> AdminUser:
        """In the current month. Taking back stops at what is spent or held."""
        async with desk.changing(user_id) as session:
            await changes.grant(session, user_id, data, desk.author)
            return await _one(session, user_id)


async def _one(session: AsyncSession, user_id: UUID) -> AdminUser:
    await session.flush()
    session.expire_all()
    row = await repository.one_user(session, user_id)
    if row is None:
        raise NotFound("There is no such person.")
    return admin_user(row)
