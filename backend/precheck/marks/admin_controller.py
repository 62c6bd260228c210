"""/api/admin/precheck/marks: what everybody marked, and its export to learn from."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.guards import requires_role
from backend.admin.audit import State, record_by
from backend.admin.desk import DESK, Desk
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, after, page
from backend.precheck.bench.trial import look
from backend.precheck.marks import repository, views
from backend.precheck.marks.export import line
from backend.precheck.marks.repository import MarkFilter
from backend.precheck.marks.service import kept_text, mark_in_bench
from backend.precheck.marks.tables import PromptMark
from shared.accounts import UserRole
from shared.marks import AdminMark, BenchMarkRequest
from shared.paths import MARKS
from shared.precheck import Category
from shared.wire import Page

AT_ONCE = 200
"""Marks of an export that are read together."""

Why = Annotated[str, QueryParameter(min_length=1, max_length=500, description="As it will stand in the audit log.")]
Task = Annotated[Category | None, QueryParameter(required=False, description="The task that the mark names.")]
Taken = Annotated[Category | None, QueryParameter(required=False, description="What the prompt was taken for.")]


class AdminMarksController(Controller):
    """Texts are in the export alone, where their writers let them be kept; each export is in the audit log."""

    path = MARKS
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: precheck"]

    @get(operation_id="ListMarks", summary="What people marked", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        category: Task = None,
        was: Taken = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AdminMark]:
        """Newest first, without texts and without names."""
        seen = after(cursor, tuple[UUID])
        async with desk.database.reading() as session:
            rows = await repository.marks(
                session, MarkFilter(category=category, was=was), seen[0] if seen else None, limit + 1
            )
        return page(rows, limit, lambda row: (row.id,), views.listed)

    @post(
        operation_id="MarkInBench",
        summary="Say what a text should have been taken for",
        status_code=200,
        responses=errors(400, 401, 403, 409, 413),
    )
    async def put(self, data: JSONBody[BenchMarkRequest], desk: NamedDependency[Desk]) -> AdminMark:
        """A second mark of yours on the text takes the place of the first."""
        trial = await look(data.prompt)
        risk = trial.judged(desk.catalogue.current.risks, family=None, plan=None)
        async with desk.database.unit_of_work() as session:
            mark = await mark_in_bench(session, desk.secrets, desk.author.identity, data, trial.finding, risk)
            _record(session, desk, "mark.set", mark, "Marked in the test bench.", after=_state(mark))
        return views.listed(mark)

    @delete("/{mark_id:uuid}", operation_id="DeleteMark", summary="Delete a mark", responses=errors(400, 401, 403, 404))
    async def remove(self, mark_id: FromPath[UUID], reason: Why, desk: NamedDependency[Desk]) -> None:
        """With whatever was kept of the prompt."""
        async with desk.database.unit_of_work() as session:
            mark = await repository.mark(session, mark_id)
            if mark is None:
                raise NotFound("There is no such mark.")
            await session.delete(mark)
            _record(session, desk, "mark.deleted", mark, reason, before=_state(mark))

    @get(
        "/export",
        operation_id="ExportMarks",
        summary="All marks as labelled data",
        media_type="application/x-ndjson",
        responses=errors(401, 403),
    )
    async def export(self, desk: NamedDependency[Desk]) -> Stream:
        """JSON Lines for the training script, oldest first; a text only where its writer let it be kept."""
        async with desk.database.unit_of_work() as session:
            number = await repository.count(session)
            record_by(
                session,
                desk.author,
                action="marks.exported",
                subject_kind="marks",
                subject_id=None,
                subject="All marks",
                reason="Exported as labelled data.",
                after={"marks": number},
            )
        return Stream(
            _lines(desk),
            media_type="application/x-ndjson",
            headers={"content-disposition": 'attachment; filename="marks.jsonl"', "cache-control": "no-store"},
        )


async def _lines(desk: Desk) -> AsyncIterator[bytes]:
    seen: UUID | None = None
    while True:
        async with desk.database.reading() as session:
            rows = await repository.marks_after(session, seen, AT_ONCE)
        if rows:
            yield b"".join(line(row, kept_text(row, desk.secrets)) for row in rows)
        if len(rows) < AT_ONCE:
            return
        seen = rows[-1].id


def _state(mark: PromptMark) -> State:
    return {"category": mark.category, "complexity": mark.complexity, "risky": mark.risky}


def _record(
    session: AsyncSession,
    desk: Desk,
    action: str,
    mark: PromptMark,
    reason: str,
    *,
    before: State | None = None,
    after: State | None = None,
) -> None:
    record_by(
        session,
        desk.author,
        action=action,
        subject_kind="mark",
        subject_id=mark.id,
        subject=f"taken for {views.listed(mark).was.category}",
        reason=reason,
        before=before,
        after=after,
    )
