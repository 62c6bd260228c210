from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.tries import PAUSE, WINDOW, Count, one_less, one_more, seconds_to_wait, told, told_to_wait

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_last_try_begins_the_pause() -> None:
    count = None
    for number in range(1, 6):
        count = one_more(count, NOW + number * SECOND, 5)
        assert count.failures == number
        assert (count.paused_until is not None) == (number == 5)
    assert count is not None
    assert seconds_to_wait(count, NOW + 5 * SECOND) == 900


@pytest.mark.parametrize(
    ("paused_until", "seconds"),
    [(None, 0), (NOW - SECOND, 0), (NOW, 0), (NOW + timedelta(milliseconds=1), 1), (NOW + PAUSE, 900)],
)
def test_waiting_is_rounded_up(paused_until: datetime | None, seconds: int) -> None:
    assert seconds_to_wait(Count(5, NOW, paused_until), NOW) == seconds


@pytest.mark.parametrize("before", [Count(4, NOW - WINDOW), Count(5, NOW - 2 * WINDOW, NOW)])
def test_a_window_or_pause_that_is_over_is_forgotten(before: Count) -> None:
    assert one_more(before, NOW, 5) == Count(1, NOW, None)


def test_a_window_does_not_move_with_its_tries() -> None:
    assert one_more(Count(1, NOW - WINDOW + SECOND), NOW, 5) == Count(2, NOW - WINDOW + SECOND)


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 50))
def test_tries_taken_back_leave_no_trace(right: list[bool], limit: int) -> None:
    count, wrong = Count(0, NOW), 0
    for was_right in right:
        if seconds_to_wait(count, NOW):
            break
        count = one_more(count, NOW, limit)
        if was_right:
            count = one_less(count, limit)
        wrong += not was_right
    assert count.failures == wrong <= limit
    assert bool(seconds_to_wait(count, NOW)) == (wrong == limit)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (4, "No. 4 tries left before a pause of 15 minutes."),
        (1, "No. 1 try left before a pause of 15 minutes."),
        (0, "No. Signing in is paused for 15 minutes."),
    ],
)
def test_people_are_told_what_is_left(left: int, text: str) -> None:
    assert told("No.", left) == text


@pytest.mark.parametrize(("seconds", "text"), [(900, "15 minutes"), (61, "2 minutes"), (1, "1 minute")])
def test_people_are_told_how_long_to_wait(seconds: int, text: str) -> None:
    assert told_to_wait(seconds).endswith(f"Try again in {text}.")
