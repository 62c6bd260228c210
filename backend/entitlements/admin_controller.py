"""Plans, entitlements and plan requests as admins handle them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.catalogue.repository import plan_of
from backend.entitlements import plan_changes, plan_requests, repository, requests_repository
from backend.entitlements.entitlement_changes import patch_entitlement
from backend.entitlements.requests_repository import NOTHING_USED, Asked, Standing
from backend.entitlements.views import admin_request_view, entitlement_view, plan_view
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, Moment, after, page
from shared.accounts import UserRole
from shared.paths import ADMIN
from shared.plans import (
    AdminPlanRequest,
    Decision,
    EntitlementAdminView,
    EntitlementPatch,
    PlanView,
    PlanWrite,
)
from shared.wire import Page

Status = Annotated[Standing | None, QueryParameter(required=False, description="Without it, both.")]
OfUser = Annotated[UUID | None, QueryParameter(required=False, description="Only this person's.")]


class AdminPlansController(Controller):
    """The plans there are."""

    path = f"{ADMIN}/plans"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: plans and assistants"]

    @get(operation_id="ListAdminPlans", summary="Plans", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[PlanView]:
        """The lowest first."""
        async with desk.database.reading() as session:
            return Page(items=[plan_view(plan_of(row)) for row in await repository.plans(session)])

    @post(operation_id="AddPlan", summary="Add a plan", responses=errors(400, 401, 403, 409))
    async def add(self, data: JSONBody[PlanWrite], desk: NamedDependency[Desk]) -> PlanView:
        """Without `models` it has every active model, now and later."""
        async with desk.configuring() as session:
            return plan_view(plan_of(await plan_changes.add_plan(session, data, desk.author)))

    @patch("/{plan_id:uuid}", operation_id="ChangePlan", summary="Change a plan", responses=errors(400, 401, 403, 404))
    async def change(self, plan_id: FromPath[UUID], data: JSONBody[PlanWrite], desk: NamedDependency[Desk]) -> PlanView:
        """For everybody on it, at once; only the credits a month wait for the next month."""
        async with desk.configuring() as session:
            return plan_view(plan_of(await plan_changes.change_plan(session, plan_id, data, desk.author)))


class EntitlementsController(Controller):
    """What single people may use."""

    path = f"{ADMIN}/entitlements"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: people"]

    @get(operation_id="ListEntitlements", summary="Plans and overrides of people", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        user_id: OfUser = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[EntitlementAdminView]:
        """By id."""
        seen = after(cursor, tuple[UUID])
        async with desk.database.reading() as session:
            rows = await repository.list_entitlements(session, user_id, seen[0] if seen else None, limit + 1)
        return page(rows, limit, lambda row: (row[0].id,), lambda row: entitlement_view(*row))

    @patch(operation_id="ChangeEntitlement", summary="Change plan or overrides", responses=errors(400, 401, 403, 404))
    async def change(self, data: JSONBody[EntitlementPatch], desk: NamedDependency[Desk]) -> EntitlementAdminView:
        """At once. `overrides` replaces all overrides. More credits a month are granted now."""
        async with desk.changing(data.user_id) as session:
            done = await patch_entitlement(session, data, desk.author)
            return entitlement_view(done.row, done.plan)


class AdminPlanRequestsController(Controller):
    """Requests for more."""

    path = f"{ADMIN}/plan-requests"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: people"]

    @get(
        operation_id="ListAdminPlanRequests",
        summary="Requests and their people",
        responses=errors(400, 401, 403),
    )
    async def index(
        self,
        desk: NamedDependency[Desk],
        status: Status = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AdminPlanRequest]:
        """Newest first."""
        seen = after(cursor, tuple[Moment, UUID])
        async with desk.database.reading() as session:
            rows = await requests_repository.list_requests(session, status, seen, limit + 1)
            shown = {view.id: view for view in await _shown(session, rows)}
        return page(rows, limit, _newest, lambda row: shown[row.request.id])

    @post(
        "/{request_id:uuid}/decide",
        operation_id="DecidePlanRequest",
        summary="Approve or decline a request",
        status_code=200,
        responses=errors(400, 401, 403, 404, 409),
    )
    async def decide(
        self, request_id: FromPath[UUID], data: JSONBody[Decision], desk: NamedDependency[Desk]
    ) -> AdminPlanRequest:
        """Approving changes what the person may use at once. A request is decided only once."""
        async with desk.database.unit_of_work() as session:
            request = await plan_requests.decide(session, request_id, data, desk.author, desk.catalogue.current)
            await session.flush()
            [answer] = await _shown(session, [await requests_repository.asked(session, request_id)])
        desk.identities.forget_user(request.user_id)
        return answer


def _newest(row: Asked) -> tuple[datetime, UUID]:
    return row.request.created_at, row.request.id


async def _shown(session: AsyncSession, rows: Sequence[Asked]) -> list[AdminPlanRequest]:
    user_ids = list({row.request.user_id for row in rows})
    people = await requests_repository.askers(session, user_ids)
    figures = await requests_repository.figures(session, user_ids)
    today = await requests_repository.today(session)
    return [
        admin_request_view(row, people[row.request.user_id], figures.get(row.request.user_id, NOTHING_USED), today)
        for row in rows
    ]
