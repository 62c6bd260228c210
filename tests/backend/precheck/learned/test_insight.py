"""What is seen in a text with a model, by models that are known and by the one in the package."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from backend.precheck.learned.concepts import numbered, table
from backend.precheck.learned.grams import LENGTHY
from backend.precheck.learned.insight import Eye, Insight, eye, probability
from backend.precheck.learned.verdict import COLUMNS, EFFORT, FOLLOWS, NEEDS, TASKS
from backend.precheck.reading import read
from shared.precheck import Category
from tests.backend.precheck.learned.models import FORMS, NAMES, flat

WRITING, CODING = TASKS.index(Category.WRITING), TASKS.index(Category.CODING)


def look(looking: Eye, text: str) -> Insight:
    reading = read(text)
    return looking.look(reading.text, reading.folded)


def saying(**scores: float) -> Eye:
    """An eye that sees the same in every text."""
    places = {**{task.value: number for number, task in enumerate(TASKS)}, "effort": EFFORT, "follows": FOLLOWS}
    places |= {f"needs_{need}": FOLLOWS + 1 + number for number, need in enumerate(NEEDS)}
    bias = np.zeros(COLUMNS, np.float32)
    for name, score in scores.items():
        bias[places[name]] = score
    return Eye(flat(bias))


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(), max_size=600))
def test_any_text_has_probabilities_that_sum_to_one(text: str) -> None:
    seen = look(eye(), text)
    assert seen.tasks.shape == (len(TASKS),)
    assert seen.tasks.sum() == pytest.approx(1, abs=1e-5)
    assert seen.tasks.min() >= 0
    assert 0 <= seen.effort <= 1
    assert math.isfinite(seen.follows)
    assert seen.needs <= set(NEEDS)


@settings(max_examples=20, deadline=None)
@given(st.text(st.characters(), max_size=600))
def test_a_text_is_seen_the_same_every_time(text: str) -> None:
    one, other = look(eye(), text), look(eye(), text)
    assert one.tasks.tolist() == other.tasks.tolist()
    assert (one.effort, one.follows, one.needs) == (other.effort, other.follows, other.needs)


@pytest.mark.parametrize(("score", "effort"), [(-3.0, 0.0), (0.25, 0.25), (7.0, 1.0)])
def test_effort_is_held_between_nothing_and_all(score: float, effort: float) -> None:
    assert look(saying(effort=score), "hello").effort == effort


def test_probabilities_are_the_softmax_of_calibrated_margins() -> None:
    seen = look(saying(coding=math.log(3), writing=math.log(2)), "hello")
    others = len(TASKS) - 2
    assert seen.tasks[CODING] == pytest.approx(3 / (5 + others))
    assert seen.tasks[WRITING] == pytest.approx(2 / (5 + others))


def test_great_margins_do_not_overflow() -> None:
    seen = look(saying(coding=1e4, writing=-1e4), "hello")
    assert seen.tasks.tolist() == [float(number == CODING) for number in range(len(TASKS))]


def test_an_ability_is_needed_only_when_that_is_likely() -> None:
    likely, unsure = math.log(0.75 / 0.25), math.log(0.65 / 0.35)
    for need in NEEDS:
        assert look(saying(**{f"needs_{need}": likely}), "hello").needs == {need}
        assert look(saying(**{f"needs_{need}": unsure}), "hello").needs == frozenset()


def test_follows_is_told_as_it_was_learned() -> None:
    assert look(saying(follows=-2.5), "hello").follows == -2.5


def knowing(**weights: tuple[float, ...]) -> Eye:
    """An eye that knows three concepts, with how much each speaks for coding wherever it stands."""
    keys, numbers = table(numbered(FORMS))
    model = structs.replace(flat(), keys=keys, numbers=numbers)
    for name, column in weights.items():
        getattr(model.table, name)[:, CODING] = column
    return Eye(model)


def test_of_a_lengthy_text_its_edges_count_more() -> None:
    looking = knowing(present=(0.0, 0.0, 8.0))
    middle = "x" * LENGTHY
    short, edge = look(looking, "code").tasks[CODING], look(looking, f"code {middle}").tasks[CODING]
    within = look(looking, f"{'x ' * 120} code {'x ' * 120}").tasks[CODING]
    none = look(looking, middle).tasks[CODING]
    assert short == pytest.approx(edge)
    assert edge > within > none


def test_the_concepts_that_spoke_most_for_a_task_are_named_first() -> None:
    looking = knowing(present=(1.0, 2.0, 4.0))
    seen = look(looking, "hello, sum up the coder's day")
    found = looking.strongest(seen, CODING, 3)
    assert [name for name, _ in found] == [NAMES[2], NAMES[1], NAMES[0]]
    share = 1 - 1 / len(TASKS)
    assert [weight for _, weight in found] == pytest.approx([4 * share, 2 * share, share])
    assert looking.strongest(seen, CODING, 1) == found[:1]


def test_a_concept_that_comes_early_speaks_louder() -> None:
    looking = knowing(leading=(1.0, 1.0, 1.0))
    found = looking.strongest(look(looking, "sum up the code"), CODING, 3)
    assert [name for name, _ in found] == [NAMES[1], NAMES[2]]


def test_concepts_that_speak_against_a_task_are_not_named() -> None:
    looking = knowing(present=(-1.0, 2.0, 0.0))
    seen = look(looking, "hello, sum up the code")
    assert [name for name, _ in looking.strongest(seen, CODING, 3)] == [NAMES[1]]
    assert [name for name, _ in looking.strongest(seen, WRITING, 3)] == [NAMES[0]]


@given(st.floats(allow_nan=False))
def test_log_odds_are_probabilities(log_odds: float) -> None:
    assert 0 < probability(log_odds) < 1
    assert probability(log_odds) + probability(-log_odds) == pytest.approx(1)


@given(st.floats(-29, 29), st.floats(-29, 29))
def test_greater_odds_are_greater_probabilities(one: float, other: float) -> None:
    assert (probability(one) < probability(other)) <= (one < other)
    assert probability(0) == 0.5


def test_the_model_is_loaded_once() -> None:
    assert eye() is eye()
    standard, hard = eye().steps
    assert 0 < standard < hard < 1
