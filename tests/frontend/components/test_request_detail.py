"""Ways to approve a request, and what each may cost."""

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from frontend.components.palette import palette
from frontend.components.request_detail import Way, forecast, line, title, ways
from tests.frontend.invented.plans import plans, requests

FAMILY, TEAM, PRO = requests(datetime(2026, 11, 21, tzinfo=UTC))


def test_what_was_asked_for_comes_first() -> None:
    assert ways(FAMILY, plans())[0] == Way("Starter with Reasoning added", None, "reasoning")
    assert ways(TEAM, plans())[0] == Way("Team", "team", None)


def test_the_present_plan_and_families_it_has_are_not_offered() -> None:
    labels = [way.label for way in ways(PRO, plans())]
    assert labels == ["Pro", "Team", "Starter with Reasoning added", "Starter with Images added"]


def test_a_plan_that_is_gone_is_still_named() -> None:
    labels = [way.label for way in ways(replace(FAMILY, user_plan="old_trial"), plans())]
    assert "Old trial with Reasoning added" in labels


def test_without_plans_there_is_no_way() -> None:
    assert ways(FAMILY, []) == []


def test_the_forecast_scales_the_present_mix() -> None:
    assert forecast(TEAM, Way("Team", "team", None), plans()) == (
        "If approved: 20,000 credits a month, at most $117.25 raw cost at the present mix of models."
    )
    assert "1,000 credits a month, at most $5.86" in forecast(FAMILY, Way("", None, "reasoning"), plans())


def test_without_calls_the_cost_is_not_known() -> None:
    idle = replace(TEAM, credits_30_days=Decimal(0))
    assert forecast(idle, Way("Team", "team", None), plans()).endswith(
        "The raw cost is not known: no calls in 30 days."
    )


def test_the_title_says_who_asks_for_what() -> None:
    assert title(FAMILY) == "Mara Lindqvist asks for the Reasoning family"


def test_the_line_has_a_point_for_each_day() -> None:
    values = next(iter(line(FAMILY.credits_by_day, palette("light")).to_dict()["datasets"].values()))
    assert [row["day"] for row in values] == list(range(30))
    assert [row["credits"] for row in values] == [float(each) for each in FAMILY.credits_by_day]
