"""Model calls: filters, paging, and one call told from precheck to charge."""

from datetime import datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from frontend import state
from tests.frontend.app_pages.desk import Desk, query, shown
from tests.frontend.invented import uid

_CALLS = "/api/admin/model-calls"


def _marks(at: AppTest) -> object:
    return next(each for each in at.get("button_group") if each.key == "only")


def test_people_without_a_role_see_nothing(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_calls", "user"))


def test_a_failed_list_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(_CALLS)
    assert "Model calls could not be loaded" in shown(desk.open("admin_calls", "support"))


def test_a_failed_call_leaves_the_list(desk: Desk) -> None:
    desk.api.break_down(f"{_CALLS}/{uid(1000)}")
    at = desk.open("admin_calls")
    assert "This call could not be loaded" in shown(at)
    assert len(at.dataframe) == 1


def test_without_calls_the_page_says_so(desk: Desk) -> None:
    desk.api.empty = True
    assert "No call matches" in shown(desk.open("admin_calls"))


def test_support_sees_the_first_call_in_full(desk: Desk) -> None:
    text = shown(desk.open("admin_calls", "support"))
    assert "Answered by gpt-5-mini on the second attempt" in text
    for step in ("Precheck", "Route", "Admission", "Attempt 1", "Attempt 2", "Settled"):
        assert f"<b>{step}</b>" in text
    assert "$0.001273" in text
    assert "Price version 14." in text
    assert "The plan does not include it." in text


def test_the_address_names_a_call_also_when_it_is_not_in_the_list(desk: Desk) -> None:
    at = desk.open("admin_calls", id=str(uid(1030)))
    assert str(uid(1030)) in shown(at)
    at.button(key="back").click().run()
    assert str(uid(1000)) in shown(at)
    assert query(at) == {}


def test_an_address_without_a_request_id_says_so(desk: Desk) -> None:
    assert "The address names no request." in shown(desk.open("admin_calls", id="<script>"))


def test_a_call_that_is_not_there_is_told_with_its_request_id(desk: Desk) -> None:
    assert "There is no such call." in shown(desk.open("admin_calls", id=str(uid(9))))


def test_filters_narrow_the_list_and_stand_in_the_address(desk: Desk) -> None:
    at = desk.open("admin_calls", q="ferreira", model="Sonnet", provider="Anthropic", time="Any time")
    assert set(at.dataframe[0].value["User"]) == {"d.ferreira"}
    assert set(at.dataframe[0].value["Model"]) == {"sonnet"}
    _marks(at).set_value(["Failed", "Slow"]).run()
    assert "No call matches" in shown(at)
    assert query(at)["q"] == "ferreira"


def test_a_request_id_in_the_search_field_finds_that_request(desk: Desk) -> None:
    at = desk.open("admin_calls", q=str(uid(1003)).upper())
    assert list(at.dataframe[0].value["Model"]) == ["llama-3.3-70b"]


def test_pages_are_turned_and_a_filter_starts_over(desk: Desk) -> None:
    at = desk.open("admin_calls")
    first = list(at.dataframe[0].value["Time"])
    at.button(key="older_calls").click().run()
    assert query(at) == {"before": "15"}
    at.button(key="older_calls").click().run()
    assert query(at) == {"before": "30"}
    assert at.button(key="older_calls").disabled
    at.button(key="newer_calls").click().run()
    assert query(at) == {"before": "15"}
    at.button(key="newer_calls").click().run()
    assert list(at.dataframe[0].value["Time"]) == first
    at.button(key="older_calls").click().run()
    at.text_input(key="q").set_value("okafor").run()
    assert "before" not in query(at)


def test_a_page_reached_by_its_address_leads_back_to_the_newest(desk: Desk) -> None:
    at = desk.open("admin_calls", before="30")
    at.button(key="newer_calls").click().run()
    assert query(at) == {}


def test_rows_keep_their_places_until_somebody_looks_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at = desk.open("admin_calls")
    looked = at.session_state["_looked_calls"]
    at.button(key="older_calls").click().run()
    assert at.session_state["_looked_calls"] == looked
    at.button(key="refresh").click().run()
    assert at.session_state["_looked_calls"] > looked
    assert isinstance(looked, datetime)
    assert looked.utcoffset() == timedelta(0)


def test_choosing_a_row_names_it_in_the_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from frontend.components import chooser

    desk.open("admin_calls")
    named: list[str] = []
    monkeypatch.setattr(state, "selected_row", lambda _key: 1)
    monkeypatch.setattr(chooser.address, "choose", named.append)
    chooser.pick("calls", ["first", "second"])
    monkeypatch.setattr(state, "selected_row", lambda _key: 7)
    chooser.pick("calls", ["first", "second"])
    assert named == ["second"]
