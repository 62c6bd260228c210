"""What the model sees in one text."""

from functools import cache

import numpy as np
from msgspec import Struct

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.features import Features, Floats, features
from backend.precheck.learned.model import Model, shipped
from backend.precheck.learned.verdict import EFFORT, FOLLOWS, NEEDS, TASKS

_NEEDED = 0.7
"""Probability from which an ability counts as needed."""

Weighty = tuple[tuple[str, float], ...]


class Insight(Struct, frozen=True, eq=False):
    """`tasks` are probabilities in the order of `TASKS`, `effort` lies between 0 and 1, `follows` is
    the logarithm of the odds that the text takes up what came before it."""

    tasks: Floats
    effort: float
    follows: float
    needs: frozenset[str]
    features: Features


class Eye:
    """Looks at texts with one model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known = Concepts(model.keys, model.numbers)

    def look(self, text: str, folded: str) -> Insight:
        """What is seen in a cleaned text, given with its lower-case form. Linear in its length."""
        seen = features(text, folded, self._known)
        scores = self._model.table.scores(seen)
        raised = scores[: len(TASKS)] @ self._model.calibration + self._model.calibration_bias
        raised = np.exp(raised - raised.max())
        return Insight(
            tasks=raised / raised.sum(),
            effort=min(1.0, max(0.0, float(scores[EFFORT]))),
            follows=float(scores[FOLLOWS]),
            needs=frozenset(
                need
                for need, score in zip(NEEDS, scores[FOLLOWS + 1 :].tolist(), strict=True)
                if probability(score) > _NEEDED
            ),
            features=seen,
        )

    @property
    def steps(self) -> tuple[float, float]:
        """The efforts from which a prompt is `standard` and `complex`."""
        standard, hard = self._model.steps.tolist()
        return standard, hard

    def strongest(self, insight: Insight, task: int, most: int) -> Weighty:
        """The concepts that spoke most for a task and against the others, each with how much."""
        _, concepts, present, early, *_ = insight.features
        table = self._model.table
        weights = present * _for(table.present[concepts], task) + early * _for(table.leading[concepts], task)
        order = np.argsort(-weights, kind="stable")[:most].tolist()
        return tuple((self._model.names[concepts[at]], float(weights[at])) for at in order if weights[at] > 0)

    def concepts(self, insight: Insight) -> frozenset[str]:
        """The names of all concepts that were found."""
        return frozenset(self._model.names[number] for number in insight.features.concepts.tolist())


@cache
def eye() -> Eye:
    """The one that looks with the model in the package; loaded once in a process."""
    return Eye(shipped())


def _for(weights: Floats, task: int) -> Floats:
    tasks = weights[:, : len(TASKS)]
    lead: Floats = tasks[:, task] - tasks.mean(1)
    return lead


def probability(log_odds: float) -> float:
    """Of the logarithm of odds."""
    return float(1 / (1 + np.exp(-max(-30.0, min(30.0, log_odds)))))
