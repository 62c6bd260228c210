"""What the model says of a text: how likely each kind of risk is, and how sure a suspicion of it would be."""

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
from msgspec import Struct

from backend.precheck.learned.concepts import Concepts
from backend.precheck.risk.model import (
    ARTEFACT,
    EVEN,
    FIRST_KIND,
    HARM,
    HARM_MEANT,
    INJECTION,
    INJECTION_MEANT,
    KINDS,
    SILENCE,
    Floats,
    Model,
    parse,
    summed,
)
from backend.precheck.risk.traits import Rows, Spoken, concept_traits, word_traits
from shared.precheck import RiskCategory, RiskLevel

_LEVELS = (RiskLevel.LOW, RiskLevel.MEDIUM)
"""What is clear, and so may be blocked, is left to rules."""

_SECOND = 0.3
"""Share of a harm that a second kind has at least, to be named beside the first."""


class Judgement(Struct, frozen=True):
    """A kind of risk with its probability."""

    category: RiskCategory
    level: RiskLevel
    score: float


class Assessor:
    """Judges texts by a model."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._concepts = Concepts(model.keys, model.numbers)

    def judge(self, windows: Sequence[str]) -> Iterator[Judgement]:
        """What `spaced` stretches of a text may be of, the likeliest of each first; mostly nothing.

        The concepts of all are looked up together, and words only where the concepts are suspicious.
        """
        ends = np.cumsum([len(window) + 1 for window in windows])
        spoken = concept_traits(" ".join(windows), self._concepts)
        stops = np.searchsorted(spoken.places, ends)
        starts = np.concatenate([[0], stops[:-1]])
        meant = self._meant(spoken, starts, stops)
        doubtful = (meant[:, HARM_MEANT] >= self._model.steps[0, 0]) | (
            meant[:, INJECTION_MEANT] >= self._model.steps[1, 0]
        )
        for at in np.flatnonzero(doubtful).tolist():
            said = meant[at] + summed(self._model.weights.words, word_traits(windows[at]))
            dangerous = bool(self._model.dangers[spoken.concepts[starts[at] : stops[at]]].any())
            yield from self._judgements(said, dangerous=dangerous)

    def _meant(self, spoken: Spoken, starts: Rows, stops: Rows) -> Floats:
        """What the concepts of each window say: a row for each window."""
        weights = self._model.weights
        alone, each = stops - starts, _within(weights.concepts, spoken.concepts, starts, stops)
        meant = weights.bias + each / np.sqrt(alone + EVEN)[:, None]
        counted, paired = np.zeros(len(starts)), np.zeros_like(meant)
        for rows in spoken.pairs:
            first, last = np.minimum(starts, len(rows)), np.minimum(stops, len(rows))
            counted += last - first
            paired += _within(weights.pairs, rows, first, last)
        total: Floats = (meant + paired / np.sqrt(counted + EVEN)[:, None]).astype(np.float32)
        return total

    def _judgements(self, said: Floats, *, dangerous: bool) -> Iterator[Judgement]:
        harm = said[HARM] if dangerous else said[HARM] - SILENCE
        if (level := self._level(0, harm)) is not None:
            chance = self._chance(0, harm)
            shares = _shares(said[FIRST_KIND:])
            for at in np.argsort(-shares, kind="stable")[:2].tolist():
                if shares[at] >= _SECOND:
                    yield Judgement(KINDS[at], level, round(chance * float(shares[at]), 4))
        if (level := self._level(1, said[INJECTION])) is not None:
            yield Judgement(RiskCategory.INJECTION, level, self._chance(1, said[INJECTION]))

    def _level(self, question: int, margin: np.float32) -> RiskLevel | None:
        reached = int((margin >= self._model.steps[question, 1:]).sum())
        return _LEVELS[reached - 1] if reached else None

    def _chance(self, question: int, margin: np.float32) -> float:
        slope, shift = self._model.slopes[question]
        return round(float(1 / (1 + np.exp(-(slope * margin + shift)))), 4)


def _within(table: Floats, rows: Rows, starts: Rows, stops: Rows) -> Floats:
    """The sums of a table's rows from each start to its stop."""
    if len(starts) == 1:
        total: Floats = table.take(rows[starts[0] : stops[0]], axis=0, mode="clip").sum(0, keepdims=True)
        return total
    sums = np.zeros((len(rows) + 1, table.shape[1]), np.float32)
    np.cumsum(table.take(rows, axis=0, mode="clip"), axis=0, out=sums[1:])
    between: Floats = sums[stops] - sums[starts]
    return between


def _shares(margins: Floats) -> Floats:
    raised = np.exp(margins - margins.max())
    shares: Floats = raised / raised.sum()
    return shares


@cache
def assessor() -> Assessor:
    """By the model in the package."""
    return Assessor(parse((files("backend.precheck.risk") / ARTEFACT).read_bytes()))
