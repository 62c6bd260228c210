"""A linear model over the features of a text: scores for each of its columns, in one pass over one table."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from backend.precheck.learned.features import Features, Floats
from backend.precheck.learned.grams import Codes, Pieces

ARTEFACT = "precheck.npz"
FORMAT = 1
"""Raised when older artefacts can no longer be read."""

_TINY = np.float32(1e-9)
_WEIGHTS = ("present", "leading", "facts")
_PLAIN = ("calibration", "calibration_bias", "steps", "keys", "numbers")


class Table(Struct, frozen=True, eq=False):
    """The weights. `rows` has a column for each score and a last one with what a row adds to the norm of its kind; one
    byte each, with a scale for each column, so that what is looked up at random stays near the processor.

    `kinds` says how much each kind of piece counts, `present` and `leading` are the weights of concepts, `facts` those
    of facts.
    """

    rows: NDArray[np.int8]
    rows_scale: Floats
    kinds: Floats
    present: Floats
    leading: Floats
    facts: Floats
    bias: Floats

    def scores(self, features: Features) -> Floats:
        """One number for each column, not yet calibrated."""
        total = self.bias + features.facts @ self.facts
        picked = self.rows.take(features.pieces.rows, axis=0, mode="clip").astype(np.float32)
        begin = 0
        for end, weight in zip(features.pieces.ends, weights_of(features.pieces, self.kinds), strict=True):
            if end == begin:
                continue
            summed = np.ones(end - begin, np.float32) @ picked[begin:end] * self.rows_scale
            total += summed[:-1] * (weight / np.sqrt(summed[-1] + _TINY))
            begin = end
        total += features.present @ self.present[features.concepts]
        total += features.early @ self.leading[features.concepts]
        return total


def weights_of(pieces: Pieces, kinds: Floats) -> Floats:
    """How much each kind of piece counts in a text: the runs of a lengthy one share with those at its edges."""
    weights = kinds.copy()
    if pieces.lengthy:
        weights[0] -= weights[-1]
    return weights


class Model(Struct, frozen=True, eq=False):
    """All that was learned. `calibration` turns margins of tasks into logits, `steps` are the efforts where `standard`
    and `complex` begin, `names` those of the concepts that `keys` and `numbers` find.
    """

    table: Table
    calibration: Floats
    calibration_bias: Floats
    steps: Floats
    keys: Codes
    numbers: NDArray[np.uint16]
    names: tuple[str, ...]


def dump(model: Model) -> bytes:
    """The artefact: compressed arrays, weights as one byte each with a scale for their column.

    Always the same for the same model.
    """
    plain = {name: getattr(model, name) for name in _PLAIN}
    names = np.frombuffer("\n".join(model.names).encode(), np.uint8)
    target = BytesIO()
    arrays = {"format": np.array(FORMAT), "names": names, **plain, **_packed(model.table)}
    np.savez_compressed(target, allow_pickle=False, **arrays)
    return target.getvalue()


def parse(artefact: bytes) -> Model:
    """Raises `ValueError` for an artefact of another format."""
    with np.load(BytesIO(artefact), allow_pickle=False) as arrays:
        if int(arrays["format"]) != FORMAT:
            raise ValueError(f"This model has format {arrays['format']}, not {FORMAT}.")
        names = tuple(arrays["names"].tobytes().decode().split("\n"))
        return Model(table=_unpacked(arrays), names=names, **{name: arrays[name] for name in _PLAIN})


@cache
def shipped() -> Model:
    """The model in the package."""
    return parse((files(__package__) / ARTEFACT).read_bytes())


def _packed(table: Table) -> dict[str, NDArray[Any]]:
    arrays = {name: getattr(table, name) for name in ("rows", "rows_scale", "kinds", "bias")}
    for name in _WEIGHTS:
        arrays[name], arrays[f"{name}_scale"] = in_bytes(getattr(table, name))
    return arrays


def _unpacked(arrays: Mapping[str, NDArray[Any]]) -> Table:
    weights = {name: arrays[name].astype(np.float32) * arrays[f"{name}_scale"] for name in _WEIGHTS}
    return Table(**weights, **{name: arrays[name] for name in ("rows", "rows_scale", "kinds", "bias")})


def in_bytes(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights as one byte each, and the scale of each column."""
    scale = (np.maximum(np.abs(weights).max(0), _TINY) / 127).astype(np.float32)
    return np.rint(weights / scale).astype(np.int8), scale
