"""What people and admins are shown of plans and entitlements. Pure."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
from msgspec import structs

from backend.catalogue import snapshot
from backend.catalogue.repository import plan_of
from backend.entitlements.plans import entitle
from backend.entitlements.requests_repository import DAYS, ZERO, Asked, Asker, Figures
from backend.entitlements.tables import Plan, UserEntitlement
from shared.plans import (
    AdminPlanRequest,
    EntitlementAdminView,
    Overrides,
    PlanRequestView,
    PlanView,
    RequestStatus,
)


def plan_view(plan: snapshot.Plan, current: UUID | None = None) -> PlanView:
    """A plan; `current` is the id of the caller's own."""
    return PlanView(
        id=plan.id,
        slug=plan.slug,
        name=plan.name,
        rank=plan.rank,
        monthly_credits=plan.monthly_credits,
        models=None if plan.models is None else sorted(plan.models),
        families=sorted(plan.families),
        max_context=plan.max_context,
        limits=plan.limits,
        personal_data=plan.personal_data,
        current=plan.id == current,
        task_categories=None if plan.task_categories is None else sorted(plan.task_categories),
    )


def overrides_of(row: UserEntitlement) -> Overrides:
    """The overrides as they are stored."""
    return msgspec.convert(row.overrides, Overrides)


def entitlement_view(row: UserEntitlement, plan: Plan) -> EntitlementAdminView:
    """One person's plan and overrides."""
    return EntitlementAdminView(
        id=row.id, user_id=row.user_id, plan_id=plan.id, plan_slug=plan.slug, overrides=overrides_of(row)
    )


def request_view(asked: Asked) -> PlanRequestView:
    """One request as the person who made it sees it."""
    request, plan, decider = asked
    return PlanRequestView(
        id=request.id,
        plan=None if plan is None else plan.slug,
        plan_name=None if plan is None else plan.name,
        model_family=request.model_family,
        reason=request.reason,
        status=RequestStatus(request.status),
        created_at=request.created_at,
        decided_at=request.decided_at,
        decided_by=decider,
        note=request.note,
    )


def admin_request_view(asked: Asked, asker: Asker, figures: Figures, today: date) -> AdminPlanRequest:
    """One request with the person behind it and what they used in the 30 days up to today."""
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return AdminPlanRequest(
        **structs.asdict(request_view(asked)),
        user_id=asker.user.id,
        user_name=asker.user.name,
        user_email=asker.user.email,
        user_plan=asker.plan.slug,
        monthly_credits=entitle(plan_of(asker.plan), overrides_of(asker.entitlement)).monthly_credits,
        credits_30_days=figures.credits,
        raw_cost_30_days=figures.raw_cost,
        calls_30_days=figures.calls,
        credits_by_day=[figures.by_day.get(day, ZERO) for day in days],
    )
