"""Each head learns what it is given, on features made for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from backend.precheck.learned.verdict import EFFORTS, NEEDS, TASKS
from backend.precheck.training.examples import Example
from backend.precheck.training.heads import (
    BENCHMARK_WEIGHT,
    Head,
    effort_of,
    fit_effort,
    fit_flag,
    fit_tasks,
    flags_of,
    stacked,
    weights_of,
)
from shared.precheck import Category, Complexity


def example(id: str = "1", source: str = "fairlead_1", **more: object) -> Example:
    return Example(id=id, text=id, source=source, language="en", **more)  # type: ignore[arg-type]


def one_hot(numbers: list[int], width: int) -> csr_matrix:
    return csr_matrix(np.eye(width)[numbers])


def scores(head: Head, x: csr_matrix) -> np.ndarray:
    return x @ head.weights + head.bias


def test_tasks_have_a_margin_each_above_nothing_for_their_own() -> None:
    numbers = list(range(len(TASKS))) * 6
    x = one_hot(numbers, len(TASKS))
    margins = scores(fit_tasks(x, [example(task=TASKS[number]) for number in numbers]), x)
    assert margins.shape == (len(numbers), len(TASKS))
    assert margins.argmax(1).tolist() == numbers
    assert np.all((margins > 0) == np.eye(len(TASKS), dtype=bool)[numbers])


def test_a_task_without_examples_is_refused() -> None:
    numbers = list(range(len(TASKS) - 1)) * 2
    with pytest.raises(ValueError, match="Every task needs examples"):
        fit_tasks(one_hot(numbers, len(TASKS)), [example(task=TASKS[number]) for number in numbers])


def test_questions_of_benchmarks_count_less() -> None:
    found = weights_of([example(), example(source="dcrouter"), example(source="llmrouter"), example(source="vicuna")])
    assert found.tolist() == [1, BENCHMARK_WEIGHT, BENCHMARK_WEIGHT, 1]
    first, second = Category.MATH, Category.CODING
    others = [task for task in TASKS if task not in (first, second)]
    numbers = [0] * 6 + list(range(1, len(others) + 1))
    rest = [example(task=task) for task in others]
    head = fit_tasks(
        one_hot(numbers, len(TASKS)),
        [*(example(task=first) for _ in range(3)), *(example(task=second, source="dcrouter") for _ in range(3)), *rest],
    )
    margins = scores(head, one_hot([0], len(TASKS)))[0]
    assert margins[TASKS.index(first)] > margins[TASKS.index(second)]


@pytest.mark.parametrize("complexity", Complexity)
def test_effort_is_that_of_the_label_whatever_small_models_did(complexity: Complexity) -> None:
    assert effort_of(example(complexity=complexity, cheap=0.0)) == EFFORTS[complexity]


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_more_often_small_models_fail_the_more_effort(one: float, other: float) -> None:
    less, more = (effort_of(example(cheap=share)) for share in sorted((one, other), reverse=True))
    assert EFFORTS[Complexity.SIMPLE] < less <= more < EFFORTS[Complexity.COMPLEX]


def test_without_any_rating_there_is_no_effort() -> None:
    with pytest.raises(ValueError, match="nobody-rated"):
        effort_of(example("nobody-rated"))


def test_effort_is_learned_between_its_labels() -> None:
    numbers = [0] * 60 + [1] * 60
    labels = [Complexity.SIMPLE] * 60 + [Complexity.COMPLEX] * 60
    x = one_hot(numbers, 2)
    head = fit_effort(x, [example(complexity=label) for label in labels])
    low, high = scores(head, one_hot([0, 1], 2))[:, 0]
    assert EFFORTS[Complexity.SIMPLE] < low < 0.25 < 0.6 < high < EFFORTS[Complexity.COMPLEX]


def flagged(shares: list[float], each: int) -> tuple[csr_matrix, np.ndarray]:
    """So many examples of each feature, of which these shares have the flag."""
    numbers = [number for number in range(len(shares)) for _ in range(each)]
    flags = np.array([place < share * each for share in shares for place in range(each)])
    return one_hot(numbers, len(shares)), flags


def test_a_flag_is_a_probability() -> None:
    shares = [0.1, 0.5, 0.9]
    x, flags = flagged(shares, 200)
    odds = scores(fit_flag(x, flags), one_hot([0, 1, 2], 3))[:, 0]
    assert 1 / (1 + np.exp(-odds)) == pytest.approx(shares, abs=0.06)


def test_an_even_flag_is_as_if_it_were_true_of_every_second() -> None:
    x, flags = flagged([0.02, 0.18], 400)
    plain, even = (scores(fit_flag(x, flags, even=even), one_hot([0, 1], 2))[:, 0] for even in (False, True))
    assert np.all(plain < 0)
    assert even[0] < 0 < even[1]


def test_flags_are_those_of_the_trait_a_need_has() -> None:
    for need, trait in NEEDS.items():
        assert flags_of([example(), example(traits=frozenset({trait, "typo"}))], need).tolist() == [False, True]


def test_heads_stand_side_by_side() -> None:
    one, other = Head(np.ones((3, 2)), np.zeros(2)), Head(np.full((3, 1), 5.0), np.ones(1))
    found = stacked([one, other])
    assert found.weights.tolist() == [[1, 1, 5]] * 3
    assert found.bias.tolist() == [0, 0, 1]
