"""Providers by how they are doing."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from frontend.components.health_board import card_html, condition, sorted_by_need
from tests.frontend.invented.catalogue import healths

BOARD = healths(datetime(2026, 11, 21, 12, tzinfo=UTC))
HEALTHY = BOARD[0]


@pytest.mark.parametrize(
    ("changes", "word", "tone"),
    [
        ({}, "Healthy", "ok"),
        ({"status": "disabled", "usable": False}, "Turned off", "plain"),
        ({"usable": False, "why": "Circuit open, next probe in 18 s."}, "Circuit open", "bad"),
        ({"usable": False, "why": "No API key is set."}, "Not set up", "plain"),
        ({"error_rate": 0.02}, "Degraded", "warn"),
        ({"first_token_p95": 12_000}, "Degraded", "warn"),
        ({"error_rate": 0.5, "calls": 2}, "Healthy", "ok"),
    ],
)
def test_a_condition_is_a_word_and_a_tone(changes: dict[str, object], word: str, tone: str) -> None:
    assert condition(replace(HEALTHY, **changes)) == (word, tone)


def test_the_worst_come_first() -> None:
    assert [each.name for each in sorted_by_need(BOARD)] == [
        "groq",
        "anthropic",
        "google",
        "openai",
        "cohere",
        "ollama",
    ]


def test_a_provider_without_traffic_shows_no_figures() -> None:
    html = card_html(replace(HEALTHY, calls=0, error_rate=0, first_token_p95=None, latency_p95=None))
    assert html.count("<dd>—</dd>") == 3
    assert "No calls in 15 minutes" in html


def test_what_stands_in_the_way_is_said_in_place_of_the_traffic() -> None:
    assert "next probe in 18 s" in card_html(BOARD[3])
    assert "812 calls in 15 minutes" in card_html(HEALTHY)
