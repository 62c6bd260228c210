"""Probabilities that mean what they say, by hand and on data that can be told apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backend.precheck.learned.verdict import TASKS
from backend.precheck.training.calibration import BINS, best_steps, calibrate, calibration_error, probabilities
from backend.precheck.training.heads import Head

IDENTITY = Head(np.eye(len(TASKS)), np.zeros(len(TASKS)))
MARGINS = arrays(np.float64, (3, len(TASKS)), elements=st.floats(-500, 500))


@given(MARGINS)
def test_probabilities_sum_to_one_however_great_the_margins(margins: np.ndarray) -> None:
    found = probabilities(margins, IDENTITY)
    assert found.sum(1) == pytest.approx(1)
    assert found.min() >= 0
    assert np.all(found.max(1) == np.take_along_axis(found, margins.argmax(1)[:, None], 1)[:, 0])


def test_a_task_without_examples_is_refused() -> None:
    labels = np.arange(len(TASKS) - 1).repeat(3)
    with pytest.raises(ValueError, match="Every task needs examples"):
        calibrate(np.eye(len(TASKS))[labels], labels)


def test_margins_that_are_right_so_often_become_such_probabilities() -> None:
    often, each = 0.7, 200
    told = np.arange(len(TASKS)).repeat(each)
    labels = np.where(np.tile(np.arange(each) < often * each, len(TASKS)), told, (told + 1) % len(TASKS))
    margins = np.eye(len(TASKS))[told] * 2 - 1
    found = probabilities(margins, calibrate(margins, labels))
    assert found.argmax(1).tolist() == told.tolist()
    assert found.max(1) == pytest.approx(often, abs=0.05)


def test_the_error_of_a_known_case() -> None:
    confidence = np.array([0.9, 0.9, 0.9, 0.9, 0.3, 0.3])
    right = np.array([True, True, True, False, False, False])
    by_hand = 4 / 6 * abs(0.75 - 0.9) + 2 / 6 * abs(0 - 0.3)
    assert calibration_error(confidence, right) == pytest.approx(by_hand)


def test_errors_in_one_bin_cancel_out_and_in_two_do_not() -> None:
    width = 1 / BINS
    within = np.array([10.4 * width, 10.6 * width])
    assert calibration_error(within, np.array([True, False])) == pytest.approx(abs(0.5 - within.mean()))
    apart = np.array([10.4 * width, 11.4 * width])
    by_hand = (1 - apart[0] + apart[1]) / 2
    assert calibration_error(apart, np.array([True, False])) == pytest.approx(by_hand)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
def test_the_error_lies_between_none_and_all(told: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([share for share, _ in told]), np.array([holds for _, holds in told])
    assert 0 <= calibration_error(confidence, right) <= 1
    assert calibration_error(right.astype(float), right) == 0
    assert calibration_error(1.0 - right, right) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(20, 60))
def test_steps_part_levels_that_can_be_parted(seed: int, each: int) -> None:
    draw = np.random.default_rng(seed)
    effort = np.concatenate([draw.uniform(low, low + 0.2, each) for low in (0.0, 0.3, 0.7)])
    levels = np.arange(3).repeat(each)
    order = draw.permutation(len(levels))
    standard, hard = best_steps(effort[order], levels[order])
    told = (effort >= standard).astype(int) + (effort >= hard)
    recall = np.mean([(told[levels == level] == level).mean() for level in range(3)])
    assert standard < hard
    assert recall >= 0.95


def test_steps_are_the_best_of_all_even_when_levels_overlap() -> None:
    draw = np.random.default_rng(5)
    effort = np.concatenate([draw.normal(middle, 0.15, 80) for middle in (0.2, 0.4, 0.7)])
    levels = np.arange(3).repeat(80)

    def recall(standard: float, hard: float) -> float:
        told = (effort >= standard).astype(int) + (effort >= hard)
        return float(np.mean([(told[levels == level] == level).mean() for level in range(3)]))

    grid = np.quantile(effort, np.linspace(0.05, 0.95, 40))
    best = max(recall(one, other) for one in grid for other in grid if one < other)
    assert recall(*best_steps(effort, levels)) >= best - 0.01
