"""How well an endpoint does, as one number between 0 and 1. Pure.

score = reliability * (0.8 + 0.2 * swiftness)          halved while half open, 0 while open
reliability = 1 - failed / max(calls, 5)
swiftness = the mean of  1 at a median of 1 s until the first token, 0 at 5 s,  and
                         1 at a 95th percentile of 2 s, 0 at 10 s;  1 without a figure
"""

from datetime import datetime

from msgspec import Struct

from backend.providers.circuits import CircuitState

FEWEST = 5
"""One failure among fewer calls than these counts as one among so many."""
SWIFTNESS_SHARE = 0.2
MEDIAN = (1000.0, 5000.0)
TAIL = (2000.0, 10_000.0)
"""Milliseconds between which the score falls; the last is the limit at which a call is given up."""


class Figures(Struct, frozen=True, kw_only=True):
    """One endpoint over the last minutes; times in ms, of calls that were answered.

    `fallbacks` of `requests` that asked it were answered elsewhere in the end.
    """

    calls: int = 0
    failed: int = 0
    requests: int = 0
    fallbacks: int = 0
    latency_p50: float | None = None
    latency_p95: float | None = None
    first_token_p50: float | None = None
    first_token_p95: float | None = None
    last_answered: datetime | None = None

    @property
    def error_rate(self) -> float:
        """Between 0 and 1."""
        return self.failed / self.calls if self.calls else 0.0

    @property
    def fallback_rate(self) -> float:
        """Between 0 and 1."""
        return self.fallbacks / self.requests if self.requests else 0.0


QUIET = Figures()


def score(figures: Figures, state: CircuitState) -> float:
    """See the module's text."""
    if state is CircuitState.OPEN:
        return 0.0
    reliability = 1.0 - min(1.0, figures.failed / max(figures.calls, FEWEST))
    swiftness = (_fall(figures.first_token_p50, *MEDIAN) + _fall(figures.first_token_p95, *TAIL)) / 2
    whole = reliability * (1.0 - SWIFTNESS_SHARE + SWIFTNESS_SHARE * swiftness)
    return round(whole / 2 if state is CircuitState.HALF_OPEN else whole, 4)


def _fall(value: float | None, good: float, bad: float) -> float:
    return 1.0 if value is None else min(1.0, max(0.0, (bad - value) / (bad - good)))
