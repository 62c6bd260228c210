"""Providers by how they are doing."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from frontend.components.health_board import card_html, condition, sorted_by_need, trouble
from tests.frontend.invented.catalogue import endpoint_health, healths

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOARD = healths(NOW)
OPEN = endpoint_health("groq", NOW, is_open=True)
CLOSED = endpoint_health("other", NOW, is_open=False)
ON_TRIAL = replace(OPEN, state="half_open")
HEALTHY = BOARD[0]


@pytest.mark.parametrize(
    ("changes", "word", "tone"),
    [
        ({}, "Healthy", "ok"),
        ({"status": "disabled", "usable": False}, "Turned off", "plain"),
        ({"circuit": "open", "endpoints": [OPEN]}, "Circuit open", "bad"),
        ({"circuit": "open", "endpoints": [OPEN, CLOSED]}, "Degraded", "warn"),
        ({"circuit": "half_open", "endpoints": [ON_TRIAL]}, "Degraded", "warn"),
        ({"usable": False, "why": "No key is set.", "circuit": "open", "endpoints": [OPEN]}, "Not set up", "plain"),
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
    html = card_html(replace(HEALTHY, calls=0, error_rate=0, first_token_p95=None, latency_p95=None), NOW, UTC)
    assert html.count("<dd>—</dd>") == 2
    assert "No calls in 15 minutes" in html


def test_what_stands_in_the_way_is_said_in_place_of_the_traffic() -> None:
    assert "Since 11:49, next probe in 12 s: 5 calls in a row failed" in card_html(BOARD[3], NOW, UTC)
    assert "No API key is set." in card_html(BOARD[4], NOW, UTC)
    assert "812 calls in 15 minutes" in card_html(HEALTHY, NOW, UTC)


def test_endpoints_are_named_where_there_are_several() -> None:
    two = replace(HEALTHY, circuit="open", endpoints=[OPEN, CLOSED])
    assert trouble(two, NOW, UTC).startswith("https://api.groq.example/v1: Since 11:49, next probe")
    late = replace(OPEN, retry_at=NOW)
    assert trouble(replace(two, endpoints=[late]), NOW, UTC) == "Since 11:49, being probed: 5 calls in a row failed"
    assert trouble(replace(two, endpoints=[ON_TRIAL]), NOW, UTC) == (
        "Since 11:49, on trial now: 5 calls in a row failed"
    )
    assert trouble(HEALTHY, NOW, UTC) == ""
