"""What an admin does with other people's accounts here: letting them back in."""

from uuid import UUID

from litestar import Controller, Request, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.accounts.guards import requires_role
from backend.accounts.identity import Identity
from backend.accounts.service import Accounts
from backend.admin.audit import Author
from backend.openapi import errors
from shared.accounts import UserRole
from shared.admin import ResetLink
from shared.paths import ADMIN


class AccountsAdminController(Controller):
    """One-time links for people who lost their password."""

    path = f"{ADMIN}/users/{{user_id:uuid}}"
    guards = [requires_role(UserRole.ADMIN)]
    tags = ["Administration"]

    @post(
        "/reset",
        operation_id="IssueResetLink",
        summary="Issue a one-time link to set a password",
        status_code=200,
        response_headers={"cache-control": "no-store"},
        responses=errors(400, 401, 403, 404),
    )
    async def reset(
        self,
        user_id: FromPath[UUID],
        request: Request[Identity, str, State],
        identity: NamedDependency[Identity],
        accounts: NamedDependency[Accounts],
    ) -> ResetLink:
        """Valid for 24 hours and shown only now; a link made before is worth nothing any more."""
        return await accounts.passwords.link(user_id, Author(identity=identity, address=request.state.address))
