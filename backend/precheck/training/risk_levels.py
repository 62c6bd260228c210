"""Where each level of a suspicion begins, decided on benign prompts alone."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from backend.precheck.training.risk_examples import RiskExample

Floats = NDArray[np.float64]

ALARMS = {"low": 0.02, "medium": 0.003}
"""Share of benign prompts that reaches each level, in the group of them that reaches it most often."""

LOOKED_AT = 0.12
"""Share of benign prompts of which the words are looked at after the concepts."""

COMMON = 0.05
"""Share of risky prompts that probabilities are told for."""

_ENOUGH = 1000


def levels(examples: Sequence[RiskExample], said: Floats, meant: Floats) -> tuple[float, ...]:
    """The margin of concepts from which words are looked at, then the margins of both levels."""
    groups: dict[str, list[int]] = defaultdict(list)
    for at, example in enumerate(examples):
        if example.benign and example.trait in ("plain", "look_alike"):
            groups[_group(example)].append(at)
    steps = [
        max(float(np.quantile(said[some], 1 - share)) for some in groups.values() if len(some) >= _ENOUGH)
        for share in ALARMS.values()
    ]
    benign = np.concatenate(list(groups.values()))
    return float(np.quantile(meant[benign], 1 - LOOKED_AT)), *steps


def _group(example: RiskExample) -> str:
    """Everyday prompts by language, and public ones together."""
    return "public" if example.source.startswith(("task_", "injection_")) else example.language


def slope(margins: Floats, told: NDArray[np.int8]) -> tuple[float, float]:
    """Turns a margin into a probability: 1 / (1 + exp(-(first * margin + second)))."""
    known = told >= 0
    risky = told[known] == 1
    weights = np.where(risky, COMMON / risky.sum(), (1 - COMMON) / (~risky).sum()) * known.sum()
    model = LogisticRegression(C=100).fit(margins[known][:, None], risky, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
