"""Changing what one person may use: at once, with the credits that come with more."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from msgspec import UNSET, Struct, structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.admin.audit import Author, State, changed, record_by
from backend.amounts import check_credits
from backend.assistants.repository import families
from backend.catalogue.repository import model_names, plan_of
from backend.entitlements import repository
from backend.entitlements.plans import AUTO, entitle
from backend.entitlements.tables import Plan, UserEntitlement
from backend.entitlements.views import overrides_of
from backend.errors import InvalidRequest, NotFound
from shared.plans import EntitlementPatch, Overrides

_CREDITS = ("monthly_credits", "credits_per_day", "credits_per_request")


class Changed(Struct, frozen=True, kw_only=True):
    """An entitlement after a change, and what differs."""

    row: UserEntitlement
    plan: Plan
    before: State
    after: State


async def patch_entitlement(session: AsyncSession, wanted: EntitlementPatch, author: Author) -> Changed:
    """Gives somebody another plan or other overrides. Raises `NotFound` and `InvalidRequest`."""
    if wanted.plan is UNSET and wanted.overrides is UNSET:
        raise InvalidRequest("Give a plan or overrides to change.")
    plan = await _plan(session, wanted.plan) if isinstance(wanted.plan, str) else None
    overrides = None
    if isinstance(wanted.overrides, Overrides):
        overrides = await checked_overrides(session, wanted.overrides)
    done = await set_entitlement(session, wanted.user_id, plan=plan, overrides=overrides, reason=wanted.reason)
    if done.after:
        record_by(
            session,
            author,
            action="entitlement.changed",
            subject_kind="user",
            subject_id=wanted.user_id,
            subject=await repository.email_of(session, wanted.user_id),
            reason=wanted.reason,
            before=done.before,
            after=done.after,
        )
    return done


async def set_entitlement(
    session: AsyncSession, user_id: UUID, *, plan: Plan | None, overrides: Overrides | None, reason: str
) -> Changed:
    """Replaces the plan, the overrides or both. Raises `NotFound`.

    If more credits a month follow, this month's are topped up to them now; fewer count from the next month on.
    """
    found = await repository.locked_entitlement(session, user_id)
    if found is None:
        raise NotFound("There is no such person.")
    row, old_plan = found
    new_plan = plan or old_plan
    old = overrides_of(row)
    new = old if overrides is None else overrides
    before, after = changed({"plan": old_plan.slug, **_given(old)}, {"plan": new_plan.slug, **_given(new)})
    dropped = {name: value for name, value in _given(old).items() if name not in _given(new)}
    before, after = before | dropped, after | dict.fromkeys(dropped)
    if not after:
        return Changed(row=row, plan=old_plan, before={}, after={})
    monthly_before = entitle(plan_of(old_plan), old).monthly_credits
    monthly_after = entitle(plan_of(new_plan), new).monthly_credits
    row.plan_id = new_plan.id
    row.overrides = _stored(new)
    row.updated_at = datetime.now(UTC)
    session.add(row)
    await session.flush()
    if monthly_after > monthly_before:
        await _top_up(session, user_id, monthly_before, monthly_after, reason)
    return Changed(row=row, plan=new_plan, before=before, after=after)


async def checked_overrides(session: AsyncSession, overrides: Overrides) -> Overrides:
    """The overrides without repetitions. Raises `InvalidRequest` for what does not exist or cannot be meant."""
    for name in _CREDITS:
        check_credits(getattr(overrides, name), name)
    extra_families = [family for family in dict.fromkeys(overrides.extra_families) if family != AUTO]
    extra_models = list(dict.fromkeys(overrides.extra_models))
    await check_families(session, extra_families)
    await check_models(session, extra_models)
    return structs.replace(overrides, extra_families=extra_families, extra_models=extra_models)


async def check_families(session: AsyncSession, wanted: list[str]) -> None:
    """Refuses families that do not exist. Raises `InvalidRequest`."""
    if unknown := set(wanted) - await families(session):
        raise InvalidRequest(f"There is no assistant family {min(unknown)[:120]!r}.")


async def check_models(session: AsyncSession, wanted: list[str]) -> None:
    """Refuses models that do not exist. Raises `InvalidRequest`."""
    if unknown := set(wanted) - await model_names(session):
        raise InvalidRequest(f"There is no model {min(unknown)[:120]!r}.")


async def _plan(session: AsyncSession, id_or_slug: str) -> Plan:
    plan = await repository.find_plan(session, id_or_slug)
    if plan is None:
        raise InvalidRequest(f"There is no plan {id_or_slug[:120]!r}.")
    return plan


async def _top_up(session: AsyncSession, user_id: UUID, before: Decimal, after: Decimal, reason: str) -> None:
    """Compared with what plans granted this month, so that going back and forth grants nothing twice."""
    await repository.open_period(session, user_id, before)
    missing = after - await repository.granted_by_plans(session, user_id)
    if missing > 0:
        await repository.move_credits(
            session, user_id, monthly=before, kind="grant", amount=missing, reason=f"more credits a month: {reason}"
        )


def _given(overrides: Overrides) -> State:
    """The overrides that say something."""
    return {name: value for name, value in structs.asdict(overrides).items() if value not in (None, [])}


def _stored(overrides: Overrides) -> State:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in _given(overrides).items()}
