"""Plans, and the person's own requests for more."""

from frontend.client import http
from shared import paths
from shared.plans import NewPlanRequest, PlanRequestView, PlanView
from shared.wire import Page


def plans() -> list[PlanView]:
    """Every plan, lowest first; `current` marks the person's own."""
    return sorted(http.call("GET", paths.PLANS, Page[PlanView]).items, key=lambda plan: plan.rank)


def requests() -> list[PlanRequestView]:
    """The person's own requests, newest first."""
    return http.call("GET", paths.PLAN_REQUESTS, Page[PlanRequestView]).items


def ask_for_plan(slug: str, reason: str) -> PlanRequestView:
    """Asks for a plan."""
    return _ask(NewPlanRequest(plan=slug, reason=reason))


def ask_for_family(family: str, reason: str) -> PlanRequestView:
    """Asks for one assistant family beside the plan."""
    return _ask(NewPlanRequest(model_family=family, reason=reason))


def _ask(request: NewPlanRequest) -> PlanRequestView:
    return http.call("POST", paths.PLAN_REQUESTS, PlanRequestView, body=request)
