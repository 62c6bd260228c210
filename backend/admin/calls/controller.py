"""Requests for those who have to find out why one failed, was slow or was expensive."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.accounts.guards import requires_role
from backend.accounts.identity import Identity
from backend.admin.calls import repository
from backend.admin.calls.repository import SLOW_FIRST_TOKEN_MS, SLOW_MS, CallFilter, Status
from backend.admin.calls.views import attempt_view, call_row, check_view, cost_view, route_view
from backend.admin.text import contains, id_in
from backend.database import Database
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, Moment, after, page
from backend.periods import instant
from shared.accounts import UserRole
from shared.admin import CallDetail, CallRow
from shared.paths import ADMIN
from shared.wire import Page

OfUser = Annotated[
    str | None, QueryParameter(name="user", required=False, max_length=254, description="Id, or part of the address.")
]
OfModel = Annotated[str | None, QueryParameter(name="model", required=False, max_length=120)]
OfProvider = Annotated[str | None, QueryParameter(name="provider", required=False, max_length=120)]
InStatus = Annotated[Status | None, QueryParameter(name="status", required=False)]
Since = Annotated[
    str | None,
    QueryParameter(name="from", required=False, max_length=40, description="Time or day, included."),
]
Until = Annotated[
    str | None,
    QueryParameter(name="to", required=False, max_length=40, description="Time or day, not included."),
]
RequestId = Annotated[UUID | None, QueryParameter(name="request_id", required=False)]
FellBack = Annotated[bool, QueryParameter(required=False, description="Only where another model had to answer.")]
Slow = Annotated[
    bool,
    QueryParameter(
        required=False, description=f"Only {SLOW_MS:,} ms or more, or {SLOW_FIRST_TOKEN_MS:,} ms to the first token."
    ),
]


class ModelCallsController(Controller):
    """One row for a request, however many models were asked. No prompt text."""

    path = f"{ADMIN}/model-calls"
    guards = [requires_role(UserRole.SUPPORT)]
    tags = ["Admin: operations"]

    @get(operation_id="ListModelCalls", summary="Requests, newest first", responses=errors(400, 401, 403))
    async def index(
        self,
        database: NamedDependency[Database],
        user: OfUser = None,
        model: OfModel = None,
        provider: OfProvider = None,
        in_status: InStatus = None,
        since: Since = None,
        until: Until = None,
        of_request: RequestId = None,
        fell_back: FellBack = False,
        slow: Slow = False,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[CallRow]:
        """Running ones included."""
        wanted = CallFilter(
            user=contains(user) if user else None,
            user_id=id_in(user),
            model=model,
            provider=provider,
            status=in_status,
            since=instant(since),
            until=instant(until),
            request_id=of_request,
            fell_back=fell_back,
            slow=slow,
        )
        seen = after(cursor, tuple[Moment, UUID])
        async with database.reading() as session:
            rows = await repository.list_requests(session, wanted, seen, limit + 1)
        return page(rows, limit, lambda row: (row.created_at, row.id), call_row)

    @get(
        "/{request_id:uuid}",
        operation_id="GetModelCall",
        summary="One request from precheck to charge",
        responses=errors(400, 401, 403, 404),
    )
    async def read(
        self, request_id: FromPath[UUID], identity: NamedDependency[Identity], database: NamedDependency[Database]
    ) -> CallDetail:
        """With every attempt. Support sees the cost, but not the prices of its parts."""
        async with database.reading() as session:
            rows = await repository.list_requests(session, CallFilter(request_id=request_id), None, 1)
            if not rows:
                raise NotFound("There is no such request.")
            attempts = await repository.attempts_of(session, request_id)
            check = await repository.check_of(session, request_id)
            if check is None and rows[0].purpose == "guard":
                check = await repository.check_that_asked(session, rows[0].user_id, request_id)
            cost = await repository.cost_of(session, request_id)
            hold = await repository.hold_of(session, request_id) if not attempts else None
        route = hold.route if hold is not None else next((row.route for row in attempts if row.final), None)
        return CallDetail(
            call=call_row(rows[0]),
            precheck=None if check is None else check_view(check),
            route=route_view(route),
            attempts=[attempt_view(row) for row in attempts],
            cost=None if cost is None else cost_view(cost, with_prices=identity.may_act_as(UserRole.ADMIN)),
        )
