"""Lines of a model list as they read."""

from datetime import UTC, datetime

import msgspec
import pytest

from frontend import format as words
from frontend.components.import_row import line_html, matching, said, summary, turned_down
from shared.imports import ImportFact, LineKind, RefusedOffer
from tests.frontend.invented.imports import fact, line, model_list, nothing

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (fact("input", "3", "6.0", "2"), f"Input 3.00 → 6.00, {words.TIMES}2.0"),
        (fact("cached_input", "0.3", None), "Cached input 0.30 → —"),
        (fact("cache_write", None, "0.0833333333333333"), "Cache write 0.0833333333333333"),
        (fact("output", "3", "0", "0"), "Output 3.00 → 0.00"),
        (fact("context_window", "128000", "1000000"), "Context 128k → 1M"),
        (fact("max_output_tokens", None, "8192"), "Longest answer 8k"),
        (fact("capabilities", "", "vision"), "Can nothing beside text → vision"),
        (fact("capabilities", None, "tools"), "Can tools"),
        (fact("tags", "gone", None), "Listed again"),
    ],
)
def test_a_difference_is_said_in_words(given: ImportFact, text: str) -> None:
    assert said(given) == text


def test_what_a_provider_wrote_is_shown_and_not_obeyed() -> None:
    evil = line(LineKind.NEW, "<img src=x>", "<script>", remarks=("<b>",))
    html = line_html(evil)
    assert "<script" not in html
    assert "<img" not in html
    assert "<b></b>" not in html


def test_a_line_says_how_it_stands() -> None:
    lines = model_list(NOW).lines
    assert "The price for input falls to zero" in line_html(lines[1])
    assert "On, would be turned off" in line_html(lines[-1])
    assert "Applied" in line_html(msgspec.structs.replace(lines[1], applied=True))


def test_names_narrow_a_group() -> None:
    lines = model_list(NOW).lines
    assert [each.model for each in matching(lines, LineKind.PRICES, " OP ")] == ["opus"]
    assert matching(lines, LineKind.GONE, "opus") == []


def test_a_list_is_summed_up() -> None:
    assert summary(nothing(NOW)).startswith("10 unchanged. ")
    assert turned_down(nothing(NOW)) == ""
    many = [RefusedOffer(upstream_name=f"m{number}", reason="No.") for number in range(25)]
    text = turned_down(msgspec.structs.replace(nothing(NOW), refused=many, left_out=["tts"]))
    assert text.splitlines()[-2:] == ["And 5 more.", "1 model left out: they neither chat nor embed nor draw."]
