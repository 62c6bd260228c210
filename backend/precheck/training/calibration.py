"""Turning margins into probabilities that mean what they say."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from backend.precheck.learned.verdict import TASKS
from backend.precheck.training.heads import Head, Scores

BINS = 15
_STRENGTH = 0.3


def calibrate(margins: Scores, labels: NDArray[np.intp]) -> Head:
    """Probabilities of tasks are the softmax of `margins @ weights + bias`.

    `margins` are of models that have not seen the prompts. Raises `ValueError` when a task has no examples.
    """
    model = LogisticRegression(C=_STRENGTH, max_iter=2000).fit(margins, labels)
    if list(model.classes_) != list(range(len(TASKS))):
        raise ValueError("Every task needs examples.")
    return Head(model.coef_.T, model.intercept_)


def probabilities(margins: Scores, head: Head) -> Scores:
    raised = margins @ head.weights + head.bias
    raised = np.exp(raised - raised.max(1, keepdims=True))
    shares: Scores = raised / raised.sum(1, keepdims=True)
    return shares


def calibration_error(confidence: Scores, right: NDArray[np.bool_]) -> float:
    """The expected calibration error: |share that is right - mean confidence|, averaged over bins of equal width.

    Guo et al., "On Calibration of Modern Neural Networks", 2017, equation 5.
    """
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(
        sum(abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins))
    )


def best_steps(effort: Scores, levels: NDArray[np.intp]) -> tuple[float, float]:
    """Where `standard` and where `complex` begin: the two steps with the best mean recall of the three levels."""
    grid = np.quantile(effort, np.linspace(0.02, 0.995, 120))
    reached = [[(effort[levels == level] < step).mean() for step in grid] for level in range(3)]
    best = max(
        (
            (reached[0][i] + reached[1][j] - reached[1][i] + 1 - reached[2][j], -i, -j)
            for i in range(len(grid))
            for j in range(i + 1, len(grid))
        ),
    )
    return float(grid[-best[1]]), float(grid[-best[2]])
