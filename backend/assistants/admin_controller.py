"""Assistant families as admins set them."""

from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.assistants import changes, repository
from backend.assistants.views import admin_assistant
from backend.openapi import errors
from shared.accounts import UserRole
from shared.catalogue import AdminAssistant, AssistantWrite
from shared.paths import ADMIN
from shared.wire import Page


class AdminAssistantsController(Controller):
    """Families with their system prompts."""

    path = f"{ADMIN}/assistants"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: plans and assistants"]

    @get(operation_id="ListAdminAssistants", summary="Assistants with their prompts", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[AdminAssistant]:
        """In the order of display, disabled ones too."""
        async with desk.database.reading() as session:
            return Page(items=[admin_assistant(row) for row in await repository.assistants(session)])

    @post(operation_id="AddAssistant", summary="Add an assistant family", responses=errors(400, 401, 403, 409))
    async def add(self, data: JSONBody[AssistantWrite], desk: NamedDependency[Desk]) -> AdminAssistant:
        """Plans must be given the family before anybody can choose it."""
        async with desk.configuring() as session:
            return admin_assistant(await changes.add_assistant(session, data, desk.author))

    @patch(
        "/{assistant_id:uuid}",
        operation_id="ChangeAssistant",
        summary="Change an assistant",
        responses=errors(400, 401, 403, 404),
    )
    async def change(
        self, assistant_id: FromPath[UUID], data: JSONBody[AssistantWrite], desk: NamedDependency[Desk]
    ) -> AdminAssistant:
        """From the next request on."""
        async with desk.configuring() as session:
            return admin_assistant(await changes.change_assistant(session, assistant_id, data, desk.author))
