"""/api/admin/abuse: who has a score and why, what was done about it, and the rules."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.abuse import admin_repository as repository
from backend.abuse import changes
from backend.abuse.rules import in_force
from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.errors import NotFound
from backend.openapi import errors
from backend.paging import DEFAULT_LIMIT, Cursor, Limit, Moment, after, page
from shared.abuse import (
    AbuseDetail,
    AbuseKind,
    AbusePause,
    AbuseRevocation,
    AbuseRulesPatch,
    AbuseRulesView,
    AbuseStep,
    AbuseSubject,
)
from shared.accounts import UserRole
from shared.paths import ADMIN
from shared.wire import Page

Kind = Annotated[AbuseKind | None, QueryParameter(required=False, description="People, API keys or addresses.")]
Step = Annotated[AbuseStep | None, QueryParameter(required=False, description="What follows from the score now.")]
Place = Annotated[UUID | None, QueryParameter(required=False, description="An organisation; absent: everybody.")]


class AbuseController(Controller):
    """Scores rise with blocked and costly prompts, and fade. No answer holds any words of a prompt."""

    path = f"{ADMIN}/abuse"
    guards = [requires_role(UserRole.SUPPORT)]
    dependencies = DESK
    tags = ["Admin: people"]

    @get(operation_id="ListAbuse", summary="Who has a score, the highest first", responses=errors(400, 401, 403))
    async def index(
        self,
        desk: NamedDependency[Desk],
        kind: Kind = None,
        step: Step = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Page[AbuseSubject]:
        """Scores fade while one reads: all pages show them as of the first."""
        seen = after(cursor, tuple[Moment, int, UUID])
        at: datetime = seen[0] if seen else await repository.now(desk.database)
        rows = await repository.listed(
            desk.database, at, kind=kind, step=step, seen=seen[1:] if seen else None, limit=limit + 1
        )
        return page(rows, limit, lambda row: (at, row.thousandths, row.subject.id), lambda row: row.subject)

    @get(
        "/settings",
        operation_id="GetAbuseRules",
        summary="By what scores rise and fall",
        responses=errors(400, 401, 403, 404),
    )
    async def rules(self, desk: NamedDependency[Desk], organisation_id: Place = None) -> AbuseRulesView:
        """Of everybody, or of one organisation."""
        return await _rules(desk, organisation_id)

    @patch(
        "/settings",
        operation_id="ChangeAbuseRules",
        summary="Change by what scores rise and fall",
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404),
    )
    async def change_rules(self, data: JSONBody[AbuseRulesPatch], desk: NamedDependency[Desk]) -> AbuseRulesView:
        """At once, also for scores that there are. Pauses keep their end, unless scores are turned off."""
        async with desk.configuring() as session:
            await changes.change_rules(session, data, desk.author)
        return await _rules(desk, data.organisation_id)

    @get(
        "/{subject_id:uuid}",
        operation_id="GetAbuse",
        summary="One score with what raised it",
        responses=errors(400, 401, 403, 404),
    )
    async def show(self, subject_id: FromPath[UUID], desk: NamedDependency[Desk]) -> AbuseDetail:
        """Times, kinds and points."""
        return await _detail(desk, subject_id)

    @post(
        "/{subject_id:uuid}/revoke",
        operation_id="RevokeAbuse",
        summary="Lift a step and forget the score",
        status_code=200,
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404),
    )
    async def revoke(
        self, subject_id: FromPath[UUID], data: JSONBody[AbuseRevocation], desk: NamedDependency[Desk]
    ) -> AbuseDetail:
        """At once, on every process."""
        async with desk.database.unit_of_work() as session:
            await changes.revoke(session, subject_id, data.reason, desk.author)
        return await _detail(desk, subject_id)

    @post(
        "/{subject_id:uuid}/pause",
        operation_id="PauseAbuse",
        summary="Pause somebody until a time",
        status_code=200,
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404, 409),
    )
    async def pause(
        self, subject_id: FromPath[UUID], data: JSONBody[AbusePause], desk: NamedDependency[Desk]
    ) -> AbuseDetail:
        """At once, on every process. An address's pause holds for accounts younger than a week only."""
        async with desk.database.unit_of_work() as session:
            await changes.pause(session, subject_id, data, desk.author)
        return await _detail(desk, subject_id)

    @post(
        "/events/{event_id:uuid}/take-back",
        operation_id="TakeBackAbuse",
        summary="Take back what one event added",
        status_code=204,
        guards=[requires_role(UserRole.ADMIN)],
        responses=errors(400, 401, 403, 404, 409),
    )
    async def take_back(
        self, event_id: FromPath[UUID], data: JSONBody[AbuseRevocation], desk: NamedDependency[Desk]
    ) -> None:
        """For a prompt that was blocked by mistake. A pause that it led to ends."""
        async with desk.database.unit_of_work() as session:
            await changes.take_back(session, event_id, data.reason, desk.author)


async def _detail(desk: Desk, subject_id: UUID) -> AbuseDetail:
    subject = await repository.one(desk.database, subject_id)
    if subject is None:
        raise NotFound("Nobody with this id has a score. It may have faded.")
    return AbuseDetail(subject=subject, events=await repository.events(desk.database, subject_id))


async def _rules(desk: Desk, organisation_id: UUID | None) -> AbuseRulesView:
    async with desk.database.reading() as session:
        if organisation_id is not None and await repository.organisation_name(session, organisation_id) is None:
            raise NotFound("There is no such organisation.")
        own = await repository.all_rules(session)
    return AbuseRulesView(
        organisation_id=organisation_id,
        rules=changes.effective(in_force(own), organisation_id),
        own=changes.own_names(own.get(organisation_id, {})),
    )
