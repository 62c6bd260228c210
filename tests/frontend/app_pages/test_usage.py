"""The usage page shows the period that was asked for, and says what it cannot show."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.frontend.app_pages.desk import Desk, query, shown


def _periods(at: AppTest) -> list[Any]:
    return [each for each in at.get("button_group") if each.key == "period"]


def test_a_failed_call_is_a_panel_with_its_request_id_and_can_be_tried_again(desk: Desk) -> None:
    desk.api.break_down("/api/usage")
    at = desk.open("usage", "user")
    assert "Usage could not be loaded" in shown(at)
    assert "The server did not answer within 5 s. Your balance and calls are not affected." in shown(at)
    assert "019aa3f2-7c41-7d0e-b6f8-000000000000" in shown(at)
    desk.api.broken.clear()
    at.button(key="again_failed").click().run()
    assert "Credits by day and assistant" in shown(at)


def test_without_calls_the_page_says_when_there_will_be_something_and_leads_to_the_chat(desk: Desk) -> None:
    desk.api.empty = True
    at = desk.open("usage", "user")
    assert "No calls in this period" in shown(at)
    assert [button.label for button in at.button] == ["Start a chat"]
    assert not at.dataframe


def test_the_month_is_told_in_figures_charts_and_a_table(desk: Desk) -> None:
    at = desk.open("usage", "user")
    text = shown(at)
    assert "of 1,000 in Starter" in text
    assert "11 failed, not charged" in text
    assert len(at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")) == 2
    assert list(at.dataframe[0].value["Model"])[:2] == ["Sonnet", "GPT-5 mini"]
    assert sum(at.dataframe[0].value["Share"]) == pytest.approx(100)
    assert query(at) == {}


def test_the_address_names_the_period(desk: Desk) -> None:
    at = desk.open("usage", "user", period="Last month")
    text = shown(at)
    assert "Balance this month" in text
    assert "of 1,000 in Starter" not in text


def test_a_period_nobody_knows_is_this_month(desk: Desk) -> None:
    at = desk.open("usage", "user", period="<b>Tomorrow</b>")
    assert "of 1,000 in Starter" in shown(at)


def test_choosing_a_period_asks_for_its_days(desk: Desk) -> None:
    at = desk.open("usage", "user")
    _periods(at)[0].set_value("90 days").run()
    assert not at.exception
    assert "Balance this month" in shown(at)


def test_a_last_month_needs_the_present_credit_period_beside_it(desk: Desk) -> None:
    desk.open("usage", "user", period="Last month")
    assert len(desk.api.bodies("GET", "/api/usage")) == 2
    desk.api.seen.clear()
    desk.open("usage", "user")
    assert len(desk.api.bodies("GET", "/api/usage")) == 1
