"""The default plans say what the plans page shows."""

from decimal import Decimal

from backend.assistants.seeding import default_assistants
from backend.entitlements.plans import AUTO
from backend.entitlements.seeding import default_plans

STARTER, PRO, TEAM = default_plans()


def test_each_plan_has_all_of_the_one_below() -> None:
    for lower, higher in ((STARTER, PRO), (PRO, TEAM)):
        assert set(lower.families) < set(higher.families)
        assert lower.monthly_credits < higher.monthly_credits
        assert lower.max_context < higher.max_context
        for limit in ("requests_per_minute", "tokens_per_minute", "concurrent_chats", "prechecks_per_minute"):
            assert getattr(lower.limits, limit) < getattr(higher.limits, limit)
        assert lower.multiplier >= higher.multiplier >= 1


def test_the_figures_are_those_of_the_plans_page() -> None:
    assert [(plan.name, plan.monthly_credits, plan.max_context) for plan in (STARTER, PRO, TEAM)] == [
        ("Starter", Decimal(1000), 32_000),
        ("Pro", Decimal(5000), 128_000),
        ("Team", Decimal(20_000), 200_000),
    ]
    assert [plan.limits.requests_per_minute for plan in (STARTER, PRO, TEAM)] == [20, 60, 120]


def test_the_highest_plan_has_every_family() -> None:
    assert set(TEAM.families) == {assistant.family for assistant in default_assistants()} - {AUTO}
    assert TEAM.every_model


def test_one_request_never_takes_more_than_a_day_and_a_day_never_more_than_a_month() -> None:
    for plan in (STARTER, PRO, TEAM):
        day = plan.limits.credits_per_day or plan.monthly_credits
        assert plan.limits.credits_per_request is not None
        assert plan.limits.credits_per_request <= day <= plan.monthly_credits
