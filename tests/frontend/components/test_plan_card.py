"""A plan told against the one below it."""

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from frontend.components.plan_card import has, lacks, plan_card_html
from frontend.components.plan_request import asked_for
from shared.plans import PlanLimits
from shared.precheck import Category
from tests.frontend.invented.plans import own_requests, plans

STARTER, PRO, TEAM = plans()


def test_the_lowest_plan_lists_everything() -> None:
    assert has(STARTER, None) == [
        "General, Code, Writing, Research, Data, Translation",
        "9 models",
        "32k tokens per conversation",
        "20 requests a minute",
    ]


def test_higher_plans_list_what_they_add() -> None:
    assert has(PRO, STARTER)[:3] == ["All of Starter", "Reasoning", "21 models"]
    assert has(TEAM, PRO)[:3] == ["All of Pro", "Images", "Every model on this server"]


def test_a_plan_that_drops_something_lists_everything() -> None:
    fewer = replace(PRO, families=["code", "reasoning"])
    assert has(fewer, STARTER)[0] == "Code, Reasoning"


def test_the_same_families_are_said_in_one_line() -> None:
    assert has(replace(PRO, families=STARTER.families), STARTER)[:2] == ["All of Starter", "21 models"]


def test_the_only_tasks_are_named() -> None:
    few = replace(PRO, task_categories=[Category.WRITING, Category.DATA_ANALYSIS])
    assert "Only writing, data analysis" in has(few, STARTER)


def test_daily_caps_are_told() -> None:
    limits = PlanLimits(credits_per_day=Decimal(50), concurrent_chats=3, concurrent_chats_per_key=1)
    assert has(replace(STARTER, limits=limits), None)[-3:] == [
        "3 answers at the same time",
        "1 answer at the same time for each key",
        "At most 50 credits a day",
    ]


def test_what_other_plans_have_is_missing() -> None:
    assert lacks(STARTER, plans()) == ["No Reasoning", "No Images"]
    assert lacks(TEAM, plans()) == []


def test_only_the_present_plan_is_marked() -> None:
    assert "Your plan" in plan_card_html(STARTER, None, plans())
    assert "Your plan" not in plan_card_html(PRO, STARTER, plans())


def test_requests_are_named_by_what_they_ask_for() -> None:
    family, starter, _ = own_requests(datetime(2026, 11, 21, tzinfo=UTC))
    assert asked_for(family) == "Reasoning family"
    assert asked_for(starter) == "Starter plan"
    assert asked_for(replace(starter, plan=None, plan_name=None)) == "Higher plan"
