"""/api/admin/service-types: which assistant handles what programs ask `/v1/ai/process` for."""

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.assistants import repository
from backend.assistants.service_types import set_service_type
from backend.assistants.tables import ServiceTypeRow
from backend.openapi import errors
from shared.accounts import UserRole
from shared.catalogue import ServiceType, ServiceTypeMapping, ServiceTypeWrite
from shared.paths import ADMIN
from shared.wire import Page


class ServiceTypesController(Controller):
    """One family for each service type."""

    path = f"{ADMIN}/service-types"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: plans and assistants"]

    @get(operation_id="ListServiceTypes", summary="Service types with their assistants", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[ServiceTypeMapping]:
        """All of them, by name."""
        async with desk.database.reading() as session:
            return Page(items=[_view(row) for row in await repository.service_types(session)])

    @post(
        operation_id="SetServiceType",
        summary="Let an assistant handle a service type",
        status_code=200,
        responses=errors(400, 401, 403),
    )
    async def put(self, data: JSONBody[ServiceTypeWrite], desk: NamedDependency[Desk]) -> ServiceTypeMapping:
        """Takes effect on the next request."""
        async with desk.configuring() as session:
            return _view(await set_service_type(session, data, desk.author))


def _view(row: ServiceTypeRow) -> ServiceTypeMapping:
    return ServiceTypeMapping(service_type=ServiceType(row.service_type), assistant=row.assistant)
