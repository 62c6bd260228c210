"""Marks at the desk: listed, narrowed, deleted with a reason, exported."""

from shared.paths import MARKS_EXPORT
from shared.precheck import Category
from tests.frontend.app_pages.desk import Desk, by_menu, shown
from tests.frontend.invented import uid

MARKS = "/api/admin/precheck/marks"


def test_support_does_not_get_in(desk: Desk) -> None:
    assert "This page belongs to the admin desk" in shown(desk.open("admin_marks", "support"))


def test_a_failed_call_is_a_panel(desk: Desk) -> None:
    desk.api.break_down(MARKS)
    assert "Marks could not be loaded" in shown(desk.open("admin_marks"))


def test_without_any_it_says_where_they_come_from(desk: Desk) -> None:
    desk.api.marks.clear()
    assert "No marks yet" in shown(desk.open("admin_marks"))


def test_each_is_told_by_what_it_was_and_should_have_been(desk: Desk) -> None:
    text = shown(desk.open("admin_marks"))
    for words in ("Writing", "Simple, harmless", "0.91, standard, allow, en", "Text", "Features", "its writer"):
        assert words in text, words


def test_they_are_narrowed(desk: Desk) -> None:
    at = desk.open("admin_marks")
    at.selectbox(key="category").select(Category.WRITING).run()
    assert "Simple, harmless" not in shown(at)
    at.selectbox(key="was").select(Category.MATH).run()
    assert "No mark matches" in shown(at)


def test_one_is_deleted_with_a_reason(desk: Desk) -> None:
    at = desk.open("admin_marks")
    by_menu(at, f"menu_{uid(3011)}", "Delete").done("A joke")
    assert [mark.id for mark in desk.api.marks] == [uid(3010)]


def test_the_export_is_a_link_to_the_api(desk: Desk) -> None:
    at = desk.open("admin_marks")
    assert [link.proto.url for link in at.get("link_button")] == [MARKS_EXPORT]
