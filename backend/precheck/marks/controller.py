"""/api/ai/prechecks: what a person says of the checks of their own prompts."""

from uuid import UUID

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.accounts.guards import signed_in
from backend.accounts.identity import Identity
from backend.database import Database
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from backend.precheck.marks import repository, views
from backend.precheck.marks.service import kept_text, mark_own, take_back
from backend.secrets import Secrets
from shared.marks import Mark, MarkRequest
from shared.paths import PRECHECKS
from shared.wire import Page


class MarksController(Controller):
    """A person's own marks; somebody else's check does not exist."""

    path = PRECHECKS
    guards = [signed_in]
    tags = ["Chat"]

    @get("/marks", operation_id="ListOwnMarks", summary="Prompts that you marked", responses=errors(400, 401))
    async def index(
        self,
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[Mark]:
        """Newest first, with the texts that you let Fairlead keep."""
        seen = after(cursor, tuple[UUID])
        async with database.reading() as session:
            rows = await repository.own_marks(session, identity.user_id, seen[0] if seen else None, limit + 1)
        return page(rows, limit, lambda row: (row.id,), lambda row: views.own(row, kept_text(row, secrets)))

    @put(
        "/{check_id:uuid}/mark",
        operation_id="MarkPrecheck",
        summary="Say what a prompt should have been taken for",
        responses=errors(400, 401, 403, 404, 409),
    )
    async def mark(
        self,
        check_id: FromPath[UUID],
        data: JSONBody[MarkRequest],
        identity: NamedDependency[Identity],
        database: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
    ) -> Mark:
        """A second mark takes the place of the first; without `share_text` no text is kept, also none of before."""
        return views.own(await mark_own(database, secrets, identity, check_id, data), None)

    @delete(
        "/{check_id:uuid}/mark",
        operation_id="TakeBackMark",
        summary="Take a mark back",
        responses=errors(400, 401, 403, 404),
    )
    async def take_back(
        self, check_id: FromPath[UUID], identity: NamedDependency[Identity], database: NamedDependency[Database]
    ) -> None:
        """Whatever was kept with it is deleted."""
        await take_back(database, identity, check_id)
