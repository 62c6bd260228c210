"""A model as a row."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from frontend.components.model_row import model_html, origin, priced, traits
from tests.frontend.invented.catalogue import models

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SONNET = models(NOW)[0]


def test_prices_are_dated_old_or_missing() -> None:
    assert priced(SONNET, NOW) == "3 Nov"
    assert "fl-warn" not in priced(replace(SONNET, priced_at=NOW - timedelta(days=90)), NOW)
    assert ">97 days old<" in priced(replace(SONNET, priced_at=NOW - timedelta(days=97)), NOW)
    assert ">Missing<" in priced(replace(SONNET, price_missing=["output"]), NOW)
    assert ">Missing<" in priced(replace(SONNET, priced_at=None), NOW)


def test_what_stands_in_the_way_is_said_beside_the_provider() -> None:
    assert origin(SONNET) == "Anthropic"
    assert origin(replace(SONNET, usable=False, why="No API key is set.")) == "Anthropic · No API key is set."


@pytest.mark.parametrize(
    "changes", [{"why": "It is turned off."}, {"why": "It has no price.", "price_missing": ["output"]}, {"why": None}]
)
def test_what_toggle_and_tag_show_is_not_said_again(changes: dict[str, object]) -> None:
    assert origin(replace(SONNET, usable=False, **changes)) == "Anthropic"


def test_traits_are_listed_once() -> None:
    assert traits(replace(SONNET, tags=["code", "eu"])) == ["fast", "code", "vision", "eu"]


def test_how_tokens_are_counted_is_told_once_it_is_known() -> None:
    assert "tokens" not in model_html(replace(SONNET, token_samples=5), NOW)
    assert "1.12 in 340 answers" in model_html(replace(SONNET, token_ratio=1.12, token_samples=340), NOW)


def test_a_model_without_prices_shows_dashes() -> None:
    html = model_html(replace(SONNET, prices=None), NOW)
    assert html.count(">—<") == 2
