"""What is learned: the task, its effort, whether it takes up what came before, what a model must be able to do."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from backend.precheck.learned.verdict import EFFORTS, NEEDS, TASKS
from backend.precheck.training.examples import Example

BENCHMARK_WEIGHT = 0.3
"""What a question of a public benchmark counts beside a prompt that was read one by one: they are many and alike."""

FOLDS = 5
_TASK_COST, _FLAG_COST = 0.5, 0.3
_EFFORT_PENALTY = 6.0
_EASY, _HARD = 0.2, 0.65
_BENCHMARK_EFFORT_WEIGHT = 0.1

Scores = NDArray[np.float64]


class Head(NamedTuple):
    """Weights with a row for each feature and a column for each output."""

    weights: Scores
    bias: Scores


def stacked(heads: Sequence[Head]) -> Head:
    """All outputs side by side."""
    return Head(np.column_stack([h.weights for h in heads]), np.concatenate([h.bias for h in heads]))


def weights_of(examples: Sequence[Example]) -> Scores:
    return np.array([BENCHMARK_WEIGHT if e.benchmark else 1.0 for e in examples])


def fit_tasks(x: csr_matrix, examples: Sequence[Example]) -> Head:
    """One margin for each task against all others. Raises `ValueError` when a task has no examples."""
    labels = [TASKS.index(e.task) for e in examples if e.task is not None]
    if len(set(labels)) < len(TASKS):
        raise ValueError("Every task needs examples.")
    model = LinearSVC(C=_TASK_COST, random_state=0).fit(x, labels, sample_weight=weights_of(examples))
    return Head(model.coef_.T, model.intercept_)


def fit_effort(x: csr_matrix, examples: Sequence[Example]) -> Head:
    """How much thought a prompt takes, between 0 and 1."""
    model = Ridge(alpha=_EFFORT_PENALTY, solver="sparse_cg", random_state=0)
    weights = [_BENCHMARK_EFFORT_WEIGHT if e.benchmark else 1.0 for e in examples]
    model.fit(x, [effort_of(e) for e in examples], sample_weight=weights)
    return Head(model.coef_[:, None], np.array([model.intercept_]))


def effort_of(example: Example) -> float:
    """The effort that an example is labelled with; of public ones, by how often small models failed."""
    if example.complexity is not None:
        return EFFORTS[example.complexity]
    if example.cheap is None:
        raise ValueError(example.id)
    return _EASY + (_HARD - _EASY) * (1 - example.cheap)


def fit_flag(x: csr_matrix, flags: NDArray[np.bool_], *, even: bool = False) -> Head:
    """One probability, as the logarithm of its odds; `even`: as if it were true of every second example."""
    balance = "balanced" if even else None
    odds = LogisticRegression(C=1.0, class_weight=balance).fit(_margins(x, flags)[:, None], flags)
    model = _flag_model().fit(x, flags)
    slope = odds.coef_[0, 0]
    return Head(model.coef_.T * slope, model.intercept_ * slope + odds.intercept_)


def _margins(x: csr_matrix, flags: NDArray[np.bool_]) -> Scores:
    """The margins of each example by a model that has not seen it."""
    margins = np.zeros(len(flags))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(margins, flags):
        margins[test] = _flag_model().fit(x[train], flags[train]).decision_function(x[test])
    return margins


def _flag_model() -> LinearSVC:
    return LinearSVC(C=_FLAG_COST, class_weight="balanced", random_state=0)


def flags_of(examples: Sequence[Example], need: str) -> NDArray[np.bool_]:
    """Which prompts need an ability of the model."""
    return np.array([NEEDS[need] in e.traits for e in examples])
