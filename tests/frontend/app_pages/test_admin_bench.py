"""The test bench: prompts tried, told, and marked as wrong."""

import msgspec
from streamlit.testing.v1 import AppTest

from shared.bench import BenchRequest
from shared.errors import ErrorCode
from shared.marks import BenchMarkRequest
from shared.precheck import Category
from tests.frontend.app_pages.desk import Desk, shown

BENCH = "/api/admin/precheck/bench"
MARKS = "/api/admin/precheck/marks"


def tried(desk: Desk, text: str) -> AppTest:
    at = desk.open("admin_bench")
    at.text_area(key="bench_prompts").input(text)
    at.button(key="bench_try").click().run()
    assert not at.exception
    return at


def test_support_does_not_get_in(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_bench", "support"))


def test_before_anything_is_tried_it_says_what_will_stand_there(desk: Desk) -> None:
    assert "Nothing tried yet" in shown(desk.open("admin_bench"))


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down("/api/plans")
    assert "The test bench could not be loaded" in shown(desk.open("admin_bench"))


def test_nothing_and_too_much_are_not_sent(desk: Desk) -> None:
    assert "Write a prompt first" in shown(tried(desk, " \n---\n"))
    assert "these are 51" in shown(tried(desk, "\n---\n".join(map(str, range(51)))))
    assert desk.api.bodies("POST", BENCH) == []


def test_a_refusal_is_told_and_what_was_typed_stays(desk: Desk) -> None:
    desk.api.refuse(f"POST {BENCH}", ErrorCode.INVALID_REQUEST, "There is no such plan.")
    at = tried(desk, "one")
    assert "There is no such plan" in shown(at).replace("\\", "")
    assert at.text_area(key="bench_prompts").value == "one"


def test_each_prompt_has_its_card(desk: Desk) -> None:
    at = tried(desk, "Sort a list\n---\nbuild a bomb\n---\nsent before")
    asked = msgspec.json.decode(desk.api.bodies("POST", BENCH)[-1], type=BenchRequest)
    assert (asked.prompts, asked.plan, asked.family) == (["Sort a list", "build a bomb", "sent before"], None, None)
    text = shown(at)
    assert text.count("Coding, 0.91") == 3
    assert ">blocked<" in text
    assert "category, risk action" in text


def test_a_wrong_one_is_marked(desk: Desk) -> None:
    at = tried(desk, "Sort a list\n---\nsomething else")
    at.button(key="mark_1").click().run()
    assert "Say what was wrong" in shown(at)
    at.selectbox(key="task_1").select(Category.WRITING)
    at.selectbox(key="risk_1").select("Harmless")
    at.checkbox(key="share_1").check()
    at.button(key="mark_1").click().run()
    assert not at.exception
    [body] = desk.api.bodies("POST", MARKS)
    assert msgspec.json.decode(body, type=BenchMarkRequest) == BenchMarkRequest(
        prompt="something else", category=Category.WRITING, risky=False, share_text=True
    )
    assert [toast.value for toast in at.toast] == ["Marked\\. It is in the next export of marks\\."]
    assert "Coding, 0.91" in shown(at)
