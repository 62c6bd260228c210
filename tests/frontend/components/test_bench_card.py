"""The card of one prompt in the test bench."""

from datetime import UTC, datetime

import pytest

from frontend.components.bench_card import card_html, prompts_in
from tests.frontend.invented.bench import tried

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("", []),
        (" \n---\n \n", []),
        ("one", ["one"]),
        ("one\n---\ntwo", ["one", "two"]),
        ("\none\nand more\n\n --- \ntwo\n---", ["one\nand more", "two"]),
        ("a | b\n--- | ---\n1 | 2", ["a | b\n--- | ---\n1 | 2"]),
        (" indented", [" indented"]),
    ],
)
def test_a_line_of_dashes_parts_prompts(text: str, prompts: list[str]) -> None:
    assert prompts_in(text) == prompts


def test_what_was_found_is_told_with_how_sure_it_is() -> None:
    html = card_html("Sort a list", tried("Sort a list", NOW), UTC)
    for words in (
        "Coding, 0.91",
        "Coding 0.91, Math 0.04",
        "Standard, score 0.34",
        ">allowed<",
        "1,204 tokens, 0.30 to 2.00 credits",
        "140 µs for 11 characters",
        "Reads as coding: names a programming language",
        "This text has not been sent in your organisation.",
    ):
        assert words in html, words


def test_a_danger_is_told_with_what_people_read_and_why_there_is_no_estimate() -> None:
    html = card_html("bomb", tried("bomb", NOW), UTC)
    for words in (
        ">blocked<",
        "violence, high, 0.97 (Asks for explosives)",
        "This will not be sent.",
        "Not in this plan",
    ):
        assert words in html, words


def test_personal_data_are_told_by_where_they_stand_and_what_the_plan_does() -> None:
    assert "email at 5 to 21; this plan: masks it" in card_html("mail", tried("mail", NOW), UTC)
    assert "none" in card_html("x", tried("x", NOW), UTC)


def test_decisions_of_before_stand_beside_it_with_what_differs() -> None:
    html = card_html("before", tried("before", NOW), UTC)
    assert "Math" in html
    assert "category, risk action" in html
    assert ">warned of<" in html


def test_markup_in_a_prompt_is_text_and_a_long_one_is_cut() -> None:
    html = card_html("<script>" + "x" * 500, tried("", NOW), UTC)
    assert "<script>" not in html
    assert "x" * 100 not in html
