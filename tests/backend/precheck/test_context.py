"""What a prompt is after others: some take up what came before, most do not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from backend.precheck.context import LOOK_BACK, Meant, in_context
from backend.precheck.learned.insight import Eye, Insight, eye
from backend.precheck.learned.model import shipped
from backend.precheck.learned.verdict import TASKS
from backend.precheck.reading import read
from shared.precheck import Category

CLEAR = {
    "Translate this to German: good morning, where is the station?": Category.TRANSLATION,
    "Write a Python function that sorts a list of dictionaries by a key": Category.CODING,
    "Draw a picture of a red fox sleeping in the snow, watercolor": Category.IMAGE_GENERATION,
    "Solve for x: 3x^2 - 5x + 2 = 0": Category.MATH,
    "Schreibe ein kurzes Gedicht \u00fcber den Herbst": Category.WRITING,
}
BEFORE = [*CLEAR, "", "hello", "why?", "\ud800", "what is the capital of Australia?", "Summarize this article: " * 200]
HISTORIES = st.lists(st.sampled_from(BEFORE) | st.text(st.characters(), max_size=80), max_size=6)


class CountingEye(Eye):
    """Says how often it looked."""

    looked = 0

    def look(self, text: str, folded: str) -> Insight:
        self.looked += 1
        return super().look(text, folded)


def look(text: str) -> Insight:
    reading = read(text)
    return eye().look(reading.text, reading.folded)


def meant(text: str, *history: str) -> Meant:
    return in_context(eye(), look(text), history)


def task(found: Meant) -> Category:
    return TASKS[int(found.tasks.argmax())]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=120), HISTORIES)
def test_in_any_conversation_probabilities_sum_to_one(text: str, history: list[str]) -> None:
    found = meant(text, *history)
    assert found.tasks.sum() == pytest.approx(1, abs=1e-4)
    assert found.tasks.min() >= 0
    assert look(text).effort <= found.effort <= 1
    assert found.continues in ("", *history[-1:])


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_without_history_a_prompt_stands_alone(text: str) -> None:
    seen, found = look(text), meant(text)
    assert (found.tasks.tolist(), found.effort, found.continues) == (seen.tasks.tolist(), seen.effort, "")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(CLEAR)), HISTORIES)
def test_a_clear_task_stays_whatever_came_before(prompt: str, history: list[str]) -> None:
    found = meant(prompt, *history)
    assert task(found) is CLEAR[prompt]
    assert found.continues == ""


@pytest.mark.parametrize("follow_up", ["continue", "shorter", "why?", "another one", "mach weiter", "\u7ee7\u7eed"])
@pytest.mark.parametrize("before", CLEAR)
def test_a_follow_up_takes_over_the_task_and_most_of_the_effort(before: str, follow_up: str) -> None:
    found = meant(follow_up, before)
    assert task(found) is CLEAR[before]
    assert found.continues == before
    assert found.effort >= look(before).effort * 0.4


def test_a_follow_up_of_a_follow_up_takes_over_its_task() -> None:
    before = "Write a Python function that sorts a list of dictionaries by a key"
    assert task(meant("continue", before, "shorter")) is Category.CODING
    assert meant("continue", before, "shorter").continues == "shorter"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(BEFORE), min_size=LOOK_BACK, max_size=8), st.lists(st.text(max_size=20), max_size=5))
def test_what_was_said_long_before_does_not_count(recent: list[str], older: list[str]) -> None:
    one, other = meant("continue", *older, *recent[-LOOK_BACK:]), meant("continue", *recent)
    assert (one.tasks.tolist(), one.effort) == (other.tasks.tolist(), other.effort)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("earlier", ["continue", "c" * 1_048_576])
def test_only_so_far_is_looked_back(earlier: str) -> None:
    counting = CountingEye(shipped())
    in_context(counting, look("continue"), [earlier] * 200)
    assert counting.looked <= LOOK_BACK


def insight(follows: float, *, own: float) -> Insight:
    """One that shows a task of its own with a probability, and takes up what came before with these odds."""
    tasks = np.full(len(TASKS), (1 - own) / (len(TASKS) - 1), np.float32)
    tasks[TASKS.index(Category.MATH)] = own
    return structs.replace(look("hello"), tasks=tasks, effort=0.2, follows=follows)


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(0.2, 1))
@settings(max_examples=30, deadline=None)
def test_the_surer_it_follows_the_more_it_takes_over(one: float, other: float, own: float) -> None:
    coding = TASKS.index(Category.CODING)
    before = ["Write a Python function that sorts a list of dictionaries by a key"]
    less, more = (in_context(eye(), insight(odds, own=own), before) for odds in sorted((one, other)))
    assert less.tasks[coding] <= more.tasks[coding] + 1e-6
    assert less.effort <= more.effort + 1e-9
    assert (less.continues != "") <= (more.continues != "")


def test_showing_a_task_of_its_own_speaks_against_following() -> None:
    before = ["Write a Python function that sorts a list of dictionaries by a key"]
    vague, clear = (in_context(eye(), insight(0.0, own=own), before) for own in (0.2, 0.95))
    assert vague.continues == before[0]
    assert clear.continues == ""
    assert clear.tasks.argmax() == TASKS.index(Category.MATH)
    assert math.isclose(float(vague.tasks.sum()), 1, abs_tol=1e-5)
