"""What the model says of a text: how likely each kind of risk is, and how sure a suspicion of it would be."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import numpy as np
from msgspec import Struct

from backend.precheck.learned.concepts import Concepts
from backend.precheck.risk.model import (
    ARTEFACT,
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
from backend.precheck.risk.traits import concept_traits, word_traits
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

    def judge(self, text: str) -> Iterator[Judgement]:
        """What a `spaced` text may be of, the likeliest first; nothing where not even a suspicion is left."""
        model, weights = self._model, self._model.weights
        concepts, pairs = concept_traits(text, self._concepts)
        meant = weights.bias + summed(weights.concepts, concepts) + summed(weights.pairs, pairs)
        if meant[HARM_MEANT] < model.steps[0, 0] and meant[INJECTION_MEANT] < model.steps[1, 0]:
            return
        said = meant + summed(weights.words, word_traits(text))
        harm = said[HARM] if model.dangers[concepts].any() else said[HARM] - SILENCE
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


def _shares(margins: Floats) -> Floats:
    raised = np.exp(margins - margins.max())
    shares: Floats = raised / raised.sum()
    return shares


@cache
def assessor() -> Assessor:
    """By the model in the package."""
    return Assessor(parse((files("backend.precheck.risk") / ARTEFACT).read_bytes()))
