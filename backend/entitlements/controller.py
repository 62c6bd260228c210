"""Plans to compare, and a person's own requests for more."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.catalogue.cache import CatalogueCache
from backend.database import Database
from backend.entitlements import plan_requests
from backend.entitlements import requests_repository as repository
from backend.entitlements.views import plan_view, request_view
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, Moment, after, page
from shared.paths import PLAN_REQUESTS, PLANS
from shared.plans import NewPlanRequest, PlanRequestView, PlanView
from shared.wire import Page


class PlansController(Controller):
    """Plans as people compare them."""

    path = PLANS
    guards = [signed_in]
    tags = ["Plans and usage"]

    @get(operation_id="ListPlans", summary="Plans, and which is yours", responses=errors(401))
    async def index(
        self, identity: NamedDependency[Identity], catalogue: NamedDependency[CatalogueCache]
    ) -> Page[PlanView]:
        """The lowest first."""
        return Page(items=[plan_view(plan, current=identity.plan_id) for plan in catalogue.current.plans])


class PlanRequestsController(Controller):
    """A person's requests."""

    path = PLAN_REQUESTS
    guards = [signed_in]
    tags = ["Plans and usage"]

    @post(
        operation_id="RequestPlan",
        summary="Ask for a plan or a family",
        responses=errors(400, 401, 404, 409),
    )
    async def ask(
        self,
        data: JSONBody[NewPlanRequest],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        catalogue: NamedDependency[CatalogueCache],
    ) -> PlanRequestView:
        """An admin decides. There is at most one waiting request for the same thing."""
        async with database.unit_of_work() as session:
            request_id = await plan_requests.ask(session, identity, data, catalogue.current)
            return request_view(await repository.asked(session, request_id))

    @get(operation_id="ListPlanRequests", summary="Your requests and their answers", responses=errors(400, 401))
    async def index(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[PlanRequestView]:
        """Newest first."""
        seen = after(cursor, tuple[Moment, UUID])
        async with database.reading() as session:
            rows = await repository.requests_of(session, identity.user_id, seen, limit + 1)
        return page(rows, limit, lambda row: (row.request.created_at, row.request.id), request_view)
