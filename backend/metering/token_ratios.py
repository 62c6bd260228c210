"""What providers count against what was estimated: a correction for each model, kept as a robust moving average.

The ratio is between reported prompt tokens and the estimate before any correction, so that it does not chase itself.
"""

import math
from uuid import UUID

from msgspec import Struct

FEWEST = 20
"""Answers from which a ratio counts."""
LOWEST, HIGHEST = 0.5, 2.0
"""Between these every sample and every correction is kept."""
SHORTEST = 64
"""Estimated tokens from which a prompt says something: in shorter ones the format weighs more than the words."""
VISIBLE = 0.01
"""A change by which a ratio is taken up."""
FORGETTING = 0.005
"""What one more answer weighs once there are many: about the last two hundred count."""


class Sample(Struct, frozen=True):
    """The mean of the logarithms of some ratios of one model."""

    model_id: UUID
    log_ratio: float
    samples: int


class TokenBook:
    """One process's comparisons that are not written down yet, by model."""

    def __init__(self) -> None:
        self._sums: dict[UUID, tuple[float, int]] = {}

    def note(self, model_id: UUID, estimated: float, reported: int) -> None:
        """One prompt; `estimated` is without correction. What is too short or absurdly far off counts little."""
        if estimated < SHORTEST or reported <= 0:
            return
        total, samples = self._sums.get(model_id, (0.0, 0))
        ratio = min(max(reported / estimated, LOWEST), HIGHEST)
        self._sums[model_id] = (total + math.log(ratio), samples + 1)

    def take(self) -> list[Sample]:
        """Everything noted, by model id; it is forgotten here."""
        sums, self._sums = self._sums, {}
        return [Sample(model_id, sums[model_id][0] / sums[model_id][1], sums[model_id][1]) for model_id in sorted(sums)]

    def put_back(self, samples: list[Sample]) -> None:
        """What could not be written, to be taken again."""
        for sample in samples:
            total, count = self._sums.get(sample.model_id, (0.0, 0))
            self._sums[sample.model_id] = (total + sample.log_ratio * sample.samples, count + sample.samples)


def ratio_in_force(log_ratio: float, samples: int) -> float:
    """The factor for estimates; 1 until there are enough samples."""
    return min(max(math.exp(log_ratio), LOWEST), HIGHEST) if samples >= FEWEST else 1.0


def moved(before: float, now: float) -> bool:
    """Whether a ratio has changed so that estimates should follow."""
    return abs(now / before - 1) >= VISIBLE
