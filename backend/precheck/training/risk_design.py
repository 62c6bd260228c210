"""Examples of risk as rows of sparse matrices, with what each counts in training."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack

from backend.precheck.learned.concepts import Concepts
from backend.precheck.risk.model import EVEN
from backend.precheck.risk.sight import outline_of
from backend.precheck.risk.traits import PAIR_BITS, WORD_BITS, Rows, concept_traits, word_traits
from backend.precheck.training.risk_examples import RiskExample

SHARE = {"concepts": 1.5, "pairs": 1.2, "words": 1.2}
"""How much each kind of trait counts beside the others, found by cross-validation."""

RAREST = 2
_PLENTY = 7.0

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class RiskDesign(Struct, frozen=True, eq=False):
    """`meant` is what concepts say, `said` that and the words; `rarity` weighs each column of `said`."""

    meant: csr_matrix
    said: csr_matrix
    rarity: Floats
    widths: tuple[int, ...]


def design(examples: Sequence[RiskExample], known: Concepts, count: int) -> RiskDesign:
    """Of a long text its beginning and end are learned from."""
    found: tuple[list[Rows], list[Rows], list[Rows]] = ([], [], [])
    for example in examples:
        text = outline_of(example.text)
        spoken = concept_traits(text, known)
        pairs = np.concatenate([*spoken.pairs, np.zeros(0, np.intp)])
        for rows, into in zip((spoken.concepts, pairs, word_traits(text)), found, strict=True):
            into.append(rows)
    widths = (count, 1 << PAIR_BITS, 1 << WORD_BITS)
    parts = [_scaled(rows, width, share) for rows, width, share in zip(found, widths, SHARE.values(), strict=True)]
    matrices, rarity = zip(*parts, strict=True)
    return RiskDesign(
        meant=hstack(matrices[:2]).tocsr(),
        said=hstack(matrices).tocsr(),
        rarity=np.concatenate(rarity),
        widths=widths,
    )


def _scaled(found: Sequence[Rows], width: int, share: float) -> tuple[csr_matrix, Floats]:
    counts = np.array([len(rows) for rows in found])
    ends = np.concatenate([[0], np.cumsum(counts)])
    matrix = csr_matrix((np.ones(ends[-1]), np.concatenate(found), ends), shape=(len(found), width))
    matrix.sum_duplicates()
    seen = np.asarray((matrix > 0).sum(0)).ravel()
    rarity = np.minimum(np.log(len(found) / (1 + seen)), _PLENTY) / 3 * share
    rarity[seen < RAREST] = 0
    return (diags(1 / np.sqrt(counts + float(EVEN))) @ matrix @ diags(rarity)).tocsr().astype(np.float32), rarity


def worth(examples: Sequence[RiskExample]) -> Floats:
    """How much each example counts.

    Many public rows repeat few requests; rows of what only looks dangerous are few, and so are those of most languages.
    """
    by_trait = {"look_alike": 2.0, "quoted": 6.0, "contrast": 5.0, "composed": 0.7, "framed": 0.5}
    weights = np.array([by_trait.get(e.trait, 1.0) for e in examples])
    for at, example in enumerate(examples):
        if example.source.startswith("task_"):
            weights[at] = 0.7 if example.source == "task_llmrouter" else 3.0
        elif example.source == "jailbreak_jbb":
            weights[at] = 0.25
        elif example.trait == "contrast" and not example.benign:
            weights[at] = 2.5 if example.language == "en" else 8.0
    return weights
