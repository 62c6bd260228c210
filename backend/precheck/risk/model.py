"""A small linear model of risk: whether a text asks for harm, of what kind, or tells an assistant to drop its rules."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backend.precheck.risk.traits import Rows
from shared.precheck import RiskCategory

ARTEFACT = "risk.npz"
FORMAT = 1
"""Raised when older artefacts can no longer be read."""

KINDS = (
    RiskCategory.VIOLENCE,
    RiskCategory.SELF_HARM,
    RiskCategory.SEXUAL,
    RiskCategory.SEXUAL_MINORS,
    RiskCategory.HATE,
    RiskCategory.HARASSMENT,
    RiskCategory.ILLEGAL,
    RiskCategory.MALWARE,
    RiskCategory.PRIVACY,
)
"""Kinds of harm, in the order of their columns; injection is told apart from harm and has columns of its own."""

HARM_MEANT, INJECTION_MEANT, HARM, INJECTION, FIRST_KIND = range(5)
"""Columns: by concepts alone, by concepts and words, and from the last on what kind a harm is of."""

COLUMNS = FIRST_KIND + len(KINDS)
EVEN = np.float32(6)
"""What is added to the number of traits, so that a short text says little by one trait alone."""

SILENCE = np.float32(2)
"""What a margin of harm is less where nothing dangerous is spoken of."""

TABLES = ("concepts", "pairs", "words")
_PLAIN = ("keys", "numbers", "dangers", "steps", "slopes")

Floats = NDArray[np.float32]


class Weights(Struct, frozen=True, eq=False):
    """A table for each kind of trait, with a row for each trait and a column for each question."""

    concepts: Floats
    pairs: Floats
    words: Floats
    bias: Floats


class Model(Struct, frozen=True, eq=False):
    """All that was learned. `keys` and `numbers` find concepts, `dangers` says which are dangerous; `steps` are the
    margins where each level begins.

    `steps` has a row for harm and one for injection: the concepts' margin from which words are looked at, then the
    margins from which a suspicion is low and medium. `slopes` turns a margin into a probability.
    """

    weights: Weights
    keys: NDArray[np.uint32]
    numbers: NDArray[np.uint16]
    dangers: NDArray[np.bool_]
    steps: Floats
    slopes: Floats


def summed(table: Floats, rows: Rows) -> Floats:
    """What the traits of one kind say together."""
    total: Floats = table.take(rows, axis=0, mode="clip").sum(0) / np.sqrt(len(rows) + EVEN)
    return total


def dump(model: Model) -> bytes:
    """The artefact: compressed arrays, weights as one byte each with a scale for their column. The same each time."""
    arrays: dict[str, NDArray[Any]] = {"format": np.array(FORMAT), "bias": model.weights.bias}
    for name in TABLES:
        weights: Floats = getattr(model.weights, name)
        scale = np.maximum(np.abs(weights).max(0), np.float32(1e-9)) / 127
        arrays[name] = np.rint(weights / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
    target = BytesIO()
    plain = {name: getattr(model, name) for name in _PLAIN}
    np.savez_compressed(target, allow_pickle=False, **arrays, **plain)
    return target.getvalue()


def parse(artefact: bytes) -> Model:
    """Raises `ValueError` for an artefact of another format."""
    with np.load(BytesIO(artefact), allow_pickle=False) as arrays:
        if int(arrays["format"]) != FORMAT:
            raise ValueError(f"This model has format {arrays['format']}, not {FORMAT}.")
        return Model(
            weights=_unpacked(arrays),
            **{name: arrays[name] for name in _PLAIN},
        )


def _unpacked(arrays: Mapping[str, NDArray[Any]]) -> Weights:
    tables = {name: arrays[name].astype(np.float32) * arrays[f"{name}_scale"] for name in TABLES}
    return Weights(**tables, bias=arrays["bias"])
