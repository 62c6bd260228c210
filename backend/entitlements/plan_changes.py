"""Adding and changing plans, each with its audit event."""

from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, changed, record_by
from backend.admin.writes import check_rank, require
from backend.amounts import check_credits
from backend.catalogue.repository import take_turns
from backend.columns import new_id
from backend.entitlements import repository
from backend.entitlements.entitlement_changes import check_families, check_models
from backend.entitlements.plans import AUTO
from backend.entitlements.tables import Plan
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.plans import PlanWrite

_REQUIRED = ("slug", "name", "monthly_credits", "families", "max_context")
_PLAIN = (
    "name",
    "rank",
    "monthly_credits",
    "models",
    "families",
    "max_context",
    "task_categories",
    "personal_data",
)


async def add_plan(session: AsyncSession, wanted: PlanWrite, author: Author) -> Plan:
    """A new plan; without `models` it has every active one. Raises `InvalidRequest` and `Conflict`."""
    require(wanted, _REQUIRED)
    await take_turns(session)
    facts = await _facts(session, wanted)
    slug = str(wanted.slug)
    if slug in await repository.plan_slugs(session):
        raise Conflict(f"There is a plan {slug} already.")
    plan = Plan(id=new_id(), slug=slug, **facts)
    session.add(plan)
    _record(session, author, "plan.added", plan, wanted.reason, None, {"slug": slug, **facts})
    return plan


async def change_plan(session: AsyncSession, plan_id: UUID, wanted: PlanWrite, author: Author) -> Plan:
    """Changes what is named; credits a month count from the next month on. Raises `NotFound`, `InvalidRequest`."""
    plan = await repository.locked_plan(session, plan_id)
    if plan is None:
        raise NotFound("There is no such plan.")
    if wanted.slug not in (UNSET, plan.slug):
        raise InvalidRequest("A plan keeps its slug. Change its name, or add a new plan.")
    facts = await _facts(session, wanted)
    was, is_ = changed({name: getattr(plan, name) for name in facts}, facts)
    if not is_:
        return plan
    for name, value in facts.items():
        setattr(plan, name, value)
    session.add(plan)
    _record(session, author, "plan.changed", plan, wanted.reason, was, is_)
    return plan


async def _facts(session: AsyncSession, wanted: PlanWrite) -> State:
    given: State = {name: value for name in _PLAIN if (value := getattr(wanted, name)) is not UNSET}
    if not isinstance(wanted.limits, UnsetType):
        check_credits(wanted.limits.credits_per_day, "credits_per_day")
        check_credits(wanted.limits.credits_per_request, "credits_per_request")
        given["limits"] = msgspec.to_builtins(wanted.limits)
    check_credits(given.get("monthly_credits"), "monthly_credits")
    check_rank(given.get("rank", 0))
    if "families" in given:
        given["families"] = [family for family in dict.fromkeys(given["families"]) if family != AUTO]
        await check_families(session, given["families"])
    if given.get("task_categories") is not None:
        given["task_categories"] = list(dict.fromkeys(given["task_categories"]))
    if given.get("models") is not None:
        given["models"] = list(dict.fromkeys(given["models"]))
        await check_models(session, given["models"])
    return given


def _record(
    session: AsyncSession, author: Author, action: str, plan: Plan, reason: str, before: State | None, after: State
) -> None:
    record_by(
        session,
        author,
        action=action,
        subject_kind="plan",
        subject_id=plan.id,
        subject=plan.slug,
        reason=reason,
        before=before,
        after=after,
    )
