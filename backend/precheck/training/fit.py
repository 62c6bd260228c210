"""From examples to the whole model."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold

from backend.precheck.learned.model import Model
from backend.precheck.learned.verdict import NEEDS, TASKS
from backend.precheck.training.calibration import best_steps, calibrate
from backend.precheck.training.design import Design, Indices, design
from backend.precheck.training.examples import Example
from backend.precheck.training.heads import FOLDS, Scores, fit_effort, fit_flag, fit_tasks, flags_of, stacked
from backend.precheck.training.lexicon import Lexicon
from shared.precheck import Complexity

LEVELS = {Complexity.SIMPLE: 0, Complexity.STANDARD: 1, Complexity.COMPLEX: 2, Complexity.REASONING: 2}


class Bench:
    """Examples with their features, on which models are fitted."""

    def __init__(self, examples: Sequence[Example], lexicon: Lexicon) -> None:
        self.examples = examples
        self.lexicon = lexicon
        self.design: Design = design(examples, lexicon)

    def where(self, holds: Callable[[Example], object]) -> Indices:
        """The numbers of the examples of which something holds."""
        return np.flatnonzero([bool(holds(e)) for e in self.examples])

    def at(self, indices: Indices) -> list[Example]:
        return [self.examples[i] for i in indices]

    def tasks_of(self, indices: Indices) -> NDArray[np.intp]:
        return np.array([TASKS.index(e.task) for e in self.at(indices) if e.task is not None], np.intp)


def fit(bench: Bench, trained_on: Indices) -> Model:
    """The model of these examples; the same examples give the same model, bit for bit."""
    rarity = bench.design.rarity(trained_on)
    x = bench.design.matrix(rarity)
    alone = trained_on[[not bench.examples[i].follows for i in trained_on]]
    tasked = alone[[bench.examples[i].task is not None for i in alone]]
    rated = alone[[_rated(bench.examples[i]) for i in alone]]
    own = trained_on[[bench.examples[i].own for i in trained_on]]
    followers = np.array([e.follows for e in bench.at(own)])
    head = stacked(
        [
            fit_tasks(x[tasked], bench.at(tasked)),
            fit_effort(x[rated], bench.at(rated)),
            fit_flag(x[own], followers, even=True),
            *(fit_flag(x[own], flags_of(bench.at(own), need)) for need in NEEDS),
        ]
    )
    margins = task_margins(bench, x, tasked)
    ours = np.array([e.own for e in bench.at(tasked)])
    calibration = calibrate(margins[ours], bench.tasks_of(tasked)[ours])
    own_rated = rated[[bench.examples[i].own for i in rated]]
    steps = best_steps(_efforts(bench, x, own_rated), _levels(bench.at(own_rated)))
    return Model(
        table=bench.design.table(head.weights, head.bias, rarity),
        calibration=calibration.weights.astype(np.float32),
        calibration_bias=calibration.bias.astype(np.float32),
        steps=np.array(steps, np.float32),
        keys=bench.lexicon.keys,
        numbers=bench.lexicon.numbers,
        names=bench.lexicon.names,
    )


def task_margins(bench: Bench, x: csr_matrix, indices: Indices) -> Scores:
    """The margins of each example for every task, by models that have not seen it."""
    labels = bench.tasks_of(indices)
    margins = np.zeros((len(indices), len(TASKS)))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        head = fit_tasks(x[indices[train]], bench.at(indices[train]))
        margins[test] = x[indices[test]] @ head.weights + head.bias
    return margins


def _efforts(bench: Bench, x: csr_matrix, indices: Indices) -> Scores:
    efforts = np.zeros(len(indices))
    levels = _levels(bench.at(indices))
    for train, test in StratifiedKFold(2, shuffle=True, random_state=0).split(levels, levels):
        head = fit_effort(x[indices[train]], bench.at(indices[train]))
        efforts[test] = (x[indices[test]] @ head.weights + head.bias)[:, 0]
    return efforts


def _levels(examples: Sequence[Example]) -> NDArray[np.intp]:
    return np.array([LEVELS[e.complexity] for e in examples if e.complexity is not None], np.intp)


def _rated(example: Example) -> bool:
    return example.complexity is not None or example.cheap is not None
