"""Examples as rows of one sparse matrix: what a linear model is fitted on, and how its weights become a table."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.features import FACTS, Features, Floats, features
from backend.precheck.learned.grams import KINDS, ROWS, Pieces
from backend.precheck.learned.model import Table, in_bytes, weights_of
from backend.precheck.training.examples import Example, Kept
from backend.precheck.training.lexicon import Lexicon

KIND_WEIGHTS = np.array([1.0, 1.0, 0.5, 0.5], np.float32)
"""Of `KINDS`."""

CONCEPT_WEIGHT = 0.4
FACT_WEIGHT = 0.5
"""How much each group of features counts beside the others, found by cross-validation."""

RAREST = 2
"""Prompts in which a piece occurs at least."""

Indices = NDArray[np.intp]


class Design(Struct, frozen=True, eq=False):
    """Features of examples, not yet weighted: weights depend on what is trained on."""

    kinds: tuple[csr_matrix, ...]
    weights: Floats
    concepts: csr_matrix
    facts: csr_matrix
    count: int

    def rarity(self, trained_on: Indices) -> Floats:
        """The weight of each row of the table: the rarer a piece, the more it counts; pieces seen once do not."""
        seen = sum(np.asarray((kind[trained_on] > 0).sum(0)).ravel() for kind in self.kinds[:-1])
        weights = np.log((1 + len(trained_on)) / (1 + seen)) + 1
        weights[seen < RAREST] = 0
        return weights.astype(np.float32)

    def matrix(self, rarity: Floats) -> csr_matrix:
        """One row for each example; every kind of piece has the length 1 (times its weight) in each."""
        pieces = None
        for kind, weight in zip(self.kinds, self.weights.T, strict=True):
            norm = np.sqrt(kind @ (rarity**2)) + 1e-9
            scaled = diags(weight / norm) @ (kind @ diags(rarity))
            pieces = scaled if pieces is None else pieces + scaled
        return hstack([pieces, self.concepts * CONCEPT_WEIGHT, self.facts * FACT_WEIGHT]).tocsr()

    def table(self, weights: NDArray[np.float64], bias: NDArray[np.float64], rarity: Floats) -> Table:
        """The table that computes `matrix @ weights + bias` from features; `weights` has a row for each feature."""
        pieces, present, leading, facts = np.split(weights, np.cumsum([ROWS, self.count, self.count]))
        rows, scale = in_bytes(np.column_stack([pieces * rarity[:, None], rarity**2]).astype(np.float32))
        return Table(
            rows=rows,
            rows_scale=scale,
            kinds=KIND_WEIGHTS,
            present=(present * CONCEPT_WEIGHT).astype(np.float32),
            leading=(leading * CONCEPT_WEIGHT).astype(np.float32),
            facts=(facts * FACT_WEIGHT).astype(np.float32),
            bias=bias.astype(np.float32),
        )


def design(examples: Sequence[Example], lexicon: Lexicon) -> Design:
    """The features of examples, or what was kept of them."""
    known = Concepts(lexicon.keys, lexicon.numbers)
    places = {name: place for place, name in enumerate(lexicon.names)}
    seen = [features(e.text, e.text.lower(), known) if e.kept is None else _kept(e.kept, places) for e in examples]
    count = len(places)
    return Design(
        kinds=tuple(_kind(seen, number) for number in range(len(KINDS))),
        weights=np.array([weights_of(each.pieces, KIND_WEIGHTS) for each in seen]),
        concepts=_concepts(seen, count),
        facts=csr_matrix(np.array([each.facts for each in seen]).reshape(-1, len(FACTS))),
        count=count,
    )


def _kept(kept: Kept, places: Mapping[str, int]) -> Features:
    """What can still be seen of a prompt whose text was not kept."""
    rows, counts = np.array(kept.pieces, np.intp).reshape(-1, 2).T
    pieces = np.repeat(rows % ROWS, counts)
    concepts = np.array([places[name] for name in kept.concepts if name in places], np.intp)
    return Features(
        pieces=Pieces(pieces, (len(pieces),) * len(KINDS)),
        concepts=concepts,
        present=np.ones(len(concepts), np.float32),
        early=np.zeros(len(concepts), np.float32),
        facts=np.zeros(len(FACTS), np.float32),
        forms=frozenset(),
    )


def _kind(seen: Sequence[Features], number: int) -> csr_matrix:
    parts = [
        f.pieces.rows[f.pieces.ends[number - 1] if number else 0 : f.pieces.ends[number]].astype(np.int32) for f in seen
    ]
    return _counted(parts, ROWS)


def _counted(parts: Sequence[NDArray[np.int32]], width: int) -> csr_matrix:
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    counts = np.ones(starts[-1], np.float32)
    found = csr_matrix((counts, np.concatenate(parts), starts), shape=(len(parts), width))
    found.sum_duplicates()
    return found


def _concepts(seen: Sequence[Features], count: int) -> csr_matrix:
    """Each concept that is present, and once more those that come early."""
    columns = [np.concatenate([f.concepts, count + f.concepts[f.early > 0]]) for f in seen]
    values = [np.concatenate([f.present, f.early[f.early > 0]]) for f in seen]
    starts = np.concatenate([[0], np.cumsum([len(each) for each in columns])])
    return csr_matrix(
        (np.concatenate(values), np.concatenate(columns).astype(np.int32), starts), shape=(len(seen), 2 * count)
    )
