"""Figures and how they are shown."""

import statistics
import sys
from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the report: a sample per round. `limit` is what it should not exceed."""

    what: str
    unit: str
    samples: Sequence[float]
    limit: float | None = None

    def line(self, width: int, *, judged: bool) -> str:
        """Median, range and, if judged, how it compares with the limit."""
        middle, low, high = statistics.median(self.samples), min(self.samples), max(self.samples)
        spread = f"{low:.4g} to {high:.4g}" if len(self.samples) > 1 else ""
        verdict = (
            ""
            if self.limit is None or not judged
            else f"{'ok' if middle <= self.limit else 'OVER'} (<= {self.limit:g})"
        )
        return f"  {self.what:<{width}}  {middle:>10.4g} {self.unit:<10} {spread:<22} {verdict}".rstrip()


def show(title: str, figures: Sequence[Figure], *, judged: bool) -> None:
    """Print one case's figures."""
    width = max(len(figure.what) for figure in figures)
    say(f"\n{title}")
    for figure in figures:
        say(figure.line(width, judged=judged))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
