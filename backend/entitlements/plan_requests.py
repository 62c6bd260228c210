"""Asking for a plan or an assistant family, and deciding about it."""

from datetime import UTC, datetime
from uuid import UUID

from msgspec import structs
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accounts.identity import Identity
from backend.admin.audit import Author, record_by
from backend.catalogue.repository import plan_of
from backend.catalogue.snapshot import Catalogue
from backend.columns import new_id
from backend.entitlements import repository, requests_repository
from backend.entitlements.entitlement_changes import Changed, set_entitlement
from backend.entitlements.plans import AUTO, entitle
from backend.entitlements.tables import Plan, PlanRequest
from backend.entitlements.views import overrides_of
from backend.errors import Conflict, InvalidRequest, NotFound
from shared.plans import Decision, NewPlanRequest, RequestStatus


async def ask(session: AsyncSession, identity: Identity, wanted: NewPlanRequest, catalogue: Catalogue) -> UUID:
    """Leaves a request for an admin. Raises `InvalidRequest`, `NotFound` and `Conflict`."""
    if (wanted.plan is None) == (wanted.model_family is None):
        raise InvalidRequest("Ask for a plan or for an assistant family: one of the two.")
    found = await repository.locked_entitlement(session, identity.user_id)
    if found is None:
        raise NotFound("You have no plan yet. Ask your admin.")
    entitlement, current = found
    request = PlanRequest(
        id=new_id(), organisation_id=identity.organisation_id, user_id=identity.user_id, reason=wanted.reason
    )
    if wanted.plan is not None:
        plan = await _existing_plan(session, wanted.plan)
        if plan.id == current.id:
            raise Conflict(f"You are on the {plan.name} plan already.")
        request.plan_id = plan.id
    else:
        family = _existing_family(catalogue, wanted.model_family)
        if entitle(plan_of(current), overrides_of(entitlement)).allows_family(family):
            raise Conflict("You have this assistant family already.")
        request.model_family = family
    for waiting in await requests_repository.waiting_of(session, identity.user_id):
        if (waiting.plan_id, waiting.model_family) == (request.plan_id, request.model_family):
            raise Conflict("Your request for this is waiting for an answer already.")
    session.add(request)
    await session.flush()
    return request.id


async def decide(
    session: AsyncSession, request_id: UUID, decision: Decision, author: Author, catalogue: Catalogue
) -> PlanRequest:
    """Approves, which changes the entitlement at once, or declines. Raises `NotFound`, `InvalidRequest`, `Conflict`."""
    note = decision.note.strip()
    _check(decision, note)
    request = await requests_repository.locked_request(session, request_id)
    if request is None:
        raise NotFound("There is no such request.")
    if request.status != RequestStatus.WAITING.value:
        raise Conflict(f"This request was {request.status} already.")
    approved = decision.decision == "approve"
    done = await _grant(session, request, decision, note, catalogue) if approved else None
    request.status = (RequestStatus.APPROVED if approved else RequestStatus.DECLINED).value
    request.note = note or None
    request.decided_by = author.identity.user_id
    request.decided_at = datetime.now(UTC)
    session.add(request)
    record_by(
        session,
        author,
        action=f"plan_request.{request.status}",
        subject_kind="user",
        subject_id=request.user_id,
        subject=await repository.email_of(session, request.user_id),
        reason=note or f"Asked: {request.reason}",
        before=None if done is None else done.before,
        after=None if done is None else done.after,
    )
    return request


def _check(decision: Decision, note: str) -> None:
    if decision.plan is not None and decision.model_family is not None:
        raise InvalidRequest("Grant a plan or an assistant family, not both at once.")
    if decision.decision == "decline":
        if not note:
            raise InvalidRequest("Say in the note why the request is declined.")
        if decision.plan is not None or decision.model_family is not None:
            raise InvalidRequest("A request that is declined grants nothing. Leave plan and model_family out.")


async def _grant(
    session: AsyncSession, request: PlanRequest, decision: Decision, note: str, catalogue: Catalogue
) -> Changed:
    reason = note or request.reason
    family = decision.model_family or (request.model_family if decision.plan is None else None)
    if family is None:
        plan = await _existing_plan(session, decision.plan or str(request.plan_id))
        return await set_entitlement(session, request.user_id, plan=plan, overrides=None, reason=reason)
    family = _existing_family(catalogue, family)
    found = await repository.locked_entitlement(session, request.user_id)
    if found is None:
        raise NotFound("There is no such person.")
    overrides = overrides_of(found[0])
    if family not in overrides.extra_families:
        overrides = structs.replace(overrides, extra_families=[*overrides.extra_families, family])
    return await set_entitlement(session, request.user_id, plan=None, overrides=overrides, reason=reason)


async def _existing_plan(session: AsyncSession, id_or_slug: str) -> Plan:
    plan = await repository.find_plan(session, id_or_slug)
    if plan is None:
        raise NotFound("There is no such plan. GET /api/plans lists them.")
    return plan


def _existing_family(catalogue: Catalogue, family: str | None) -> str:
    assistant = next((a for a in catalogue.assistants if a.family == family and a.enabled), None)
    if assistant is None or assistant.family == AUTO:
        raise NotFound("There is no such assistant family. GET /api/ai/assistants lists them.")
    return assistant.family
