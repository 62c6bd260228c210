"""The invented organisation's plans, and who asked for what."""

from datetime import datetime, timedelta

from shared.plans import (
    AdminPlanRequest,
    PlanLimits,
    PlanRequestView,
    PlanView,
    RequestStatus,
)
from tests.frontend.invented import credits, uid


def plans() -> list[PlanView]:
    """Starter (the present one), Pro and Team."""
    base = ["general", "code", "writing", "research", "data", "translation"]
    small = [f"model-{number}" for number in range(9)]
    large = [f"model-{number}" for number in range(21)]
    return [
        PlanView(
            id=uid(11), slug="starter", name="Starter", rank=1, monthly_credits=credits(1000), models=small,
            families=base, max_context=32_000, limits=PlanLimits(requests_per_minute=20), current=True,
        ),
        PlanView(
            id=uid(12), slug="pro", name="Pro", rank=2, monthly_credits=credits(5000), models=large,
            families=[*base, "reasoning"], max_context=128_000, limits=PlanLimits(requests_per_minute=60),
        ),
        PlanView(
            id=uid(13), slug="team", name="Team", rank=3, monthly_credits=credits(20_000), models=None,
            families=[*base, "reasoning", "images"], max_context=200_000, limits=PlanLimits(concurrent_chats=20),
        ),
    ]  # fmt: skip


def own_requests(now: datetime) -> list[PlanRequestView]:
    """One request of every state."""
    return [
        PlanRequestView(
            id=uid(91), plan=None, plan_name=None, model_family="reasoning", reason="For the tariff audit.",
            status=RequestStatus.WAITING, created_at=now - timedelta(days=2),
        ),
        PlanRequestView(
            id=uid(92), plan="starter", plan_name="Starter", model_family=None, reason="To begin.",
            status=RequestStatus.APPROVED, created_at=now - timedelta(days=80), decided_at=now - timedelta(days=79),
            decided_by="J. Okafor", note="Welcome. Tell me if 1,000 is too little.",
        ),
        PlanRequestView(
            id=uid(93), plan="team", plan_name="Team", model_family=None, reason="Images.",
            status=RequestStatus.DECLINED, created_at=now - timedelta(days=85), decided_at=now - timedelta(days=84),
            decided_by="J. Okafor", note="Images are for the brand team until the trial ends.",
        ),
    ]  # fmt: skip


def requests(now: datetime) -> list[AdminPlanRequest]:
    """Three people who wait."""

    def one(number: int, name: str, days: int, **what: str | None) -> AdminPlanRequest:
        return AdminPlanRequest(
            id=uid(80 + number),
            plan=what.get("plan"),
            plan_name=what.get("plan_name"),
            model_family=what.get("family"),
            reason="Two people on my team need Reasoning for the tariff audit; we run out of credits around the 25th.",
            status=RequestStatus.WAITING,
            created_at=now - timedelta(days=days, hours=5),
            user_id=uid(50 + number),
            user_name=name,
            user_email=f"{name.split()[0].lower()}@harbourworks.example",
            user_plan="starter",
            monthly_credits=credits(1000),
            credits_30_days=credits("839.2"),
            raw_cost_30_days=credits("4.92"),
            calls_30_days=1284,
            credits_by_day=[credits([31, 44, 42, 46, 40, 22, 21][day % 7]) for day in range(30)],
        )

    return [
        one(1, "Mara Lindqvist", 2, family="reasoning"),
        one(2, "Daniel Ferreira", 1, plan="team", plan_name="Team"),
        one(3, "Support macro", 0, plan="pro", plan_name="Pro"),
    ]
