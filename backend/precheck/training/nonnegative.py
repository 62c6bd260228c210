"""Least squares with weights that are never negative."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def least_squares(given: Floats, wanted: Floats, near: Floats, *, hold: float, steps: int) -> Floats:
    """Weights >= 0 for which `given @ weights` is close to `wanted`, held to `near` by the factor `hold`.

    Projected gradients with momentum (Beck and Teboulle, 2009), each weight with a step of its own size. There is one
    column of weights for each of `wanted`. Deterministic: a fixed number of steps from `near`.
    """
    rows = np.float32(len(given))
    gram = (given.T @ given) / rows
    target = (given.T @ wanted) / rows
    bound = (np.abs(gram).sum(axis=1) + np.float32(hold))[:, None]
    weights, ahead, pace = near.copy(), near.copy(), 1.0
    for _ in range(steps):
        slope = gram @ ahead - target + np.float32(hold) * (ahead - near)
        stepped = np.maximum(ahead - slope / bound, np.float32(0))
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = stepped + np.float32((pace - 1) / faster) * (stepped - weights)
        weights, pace = stepped, faster
    return weights.astype(np.float32)
