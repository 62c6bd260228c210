"""/api/admin/risk-policies and /api/admin/risk-guard: what is done about risks."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.accounts.guards import requires_role
from backend.admin.desk import DESK, Desk
from backend.openapi import errors
from backend.precheck.risk import changes, repository
from backend.precheck.risk.policy import default_policies
from backend.precheck.risk.tables import RiskRuleRow
from shared.accounts import UserRole
from shared.paths import ADMIN
from shared.precheck import RiskCategory
from shared.risks import (
    GuardSettings,
    GuardWrite,
    PolicyAction,
    RiskPreview,
    RiskRule,
    RiskRuleTried,
    RiskRuleWrite,
)
from shared.wire import Page

Why = Annotated[str, QueryParameter(min_length=1, max_length=500, description="As it will stand in the audit log.")]


class RiskPoliciesController(Controller):
    """What happens to prompts that are suspected of something."""

    path = f"{ADMIN}/risk-policies"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: risk"]

    @get(operation_id="ListRiskPolicies", summary="What is done about risks", responses=errors(401, 403))
    async def index(self, desk: NamedDependency[Desk]) -> Page[RiskRule]:
        """One for each kind of risk, then those for single families and plans."""
        async with desk.database.reading() as session:
            rows = [_view(row) for row in await repository.rules(session)]
        general = {row.category: row for row in rows if row.family is None and row.plan is None}
        shipped = default_policies()
        items = [
            general.get(category)
            or RiskRule(
                id=None,
                category=category,
                family=None,
                plan=None,
                low=shipped[category].low,
                medium=shipped[category].medium,
                high=shipped[category].high,
            )
            for category in RiskCategory
        ]
        return Page(items=[*items, *(row for row in rows if row.family is not None or row.plan is not None)])

    @put(
        operation_id="SetRiskPolicy",
        summary="Say what is done about a risk",
        status_code=200,
        responses=errors(400, 401, 403),
    )
    async def put(self, data: JSONBody[RiskRuleWrite], desk: NamedDependency[Desk]) -> RiskRule:
        """Takes effect on the next request. Some things cannot be allowed; the answer says which."""
        async with desk.configuring() as session:
            return _view(await changes.set_rule(session, data, desk.author))

    @post(
        "/preview",
        operation_id="PreviewRiskPolicy",
        summary="See what a rule would have changed",
        status_code=200,
        responses=errors(400, 401, 403),
    )
    async def preview(self, data: JSONBody[RiskRuleTried], desk: NamedDependency[Desk]) -> RiskPreview:
        """For the requests of the last seven days, by what they were suspected of. Changes nothing."""
        async with desk.database.reading() as session:
            return await changes.preview(session, data, desk.catalogue.current)

    @delete(
        "/{rule_id:uuid}",
        operation_id="RemoveRiskPolicy",
        summary="Forget a rule",
        responses=errors(400, 401, 403, 404),
    )
    async def remove(self, rule_id: FromPath[UUID], reason: Why, desk: NamedDependency[Desk]) -> None:
        """What is less specific applies again, in the end what Fairlead comes with."""
        async with desk.configuring() as session:
            await changes.remove_rule(session, rule_id, reason, desk.author)


class RiskGuardController(Controller):
    """The second tier, which is asked where a policy says `guard`."""

    path = f"{ADMIN}/risk-guard"
    guards = [requires_role(UserRole.ADMIN)]
    dependencies = DESK
    tags = ["Admin: risk"]

    @get(operation_id="GetRiskGuard", summary="The second tier", responses=errors(401, 403))
    async def read(self, desk: NamedDependency[Desk]) -> GuardSettings:
        """Off until somebody sets it."""
        async with desk.database.reading() as session:
            return repository.guard_of(await repository.guard(session))

    @put(operation_id="SetRiskGuard", summary="Set the second tier", status_code=200, responses=errors(400, 401, 403))
    async def put(self, data: JSONBody[GuardWrite], desk: NamedDependency[Desk]) -> GuardSettings:
        """Takes effect on the next request."""
        catalogue = await desk.catalogue.refresh()
        async with desk.configuring() as session:
            return await changes.set_guard(session, data, desk.author, catalogue)


def _view(row: RiskRuleRow) -> RiskRule:
    return RiskRule(
        id=row.id,
        category=RiskCategory(row.category),
        family=row.family,
        plan=row.plan,
        low=PolicyAction(row.low),
        medium=PolicyAction(row.medium),
        high=PolicyAction(row.high),
        updated_at=row.updated_at,
    )
