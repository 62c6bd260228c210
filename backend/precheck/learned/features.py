"""What a model sees of a text: hashed pieces, concepts in their order, and a few plain facts about its form."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.grams import Pieces, pieces, spaced
from backend.precheck.reading import outline
from backend.precheck.structure import Form, forms

Floats: TypeAlias = NDArray[np.float32]

FIRST = 8
"""Concepts from the beginning of a text that count once more, by how early they come."""

_EARLIER = 0.12
_FORMS = tuple(Form)
_LONG = 16.0
_END = 40

FACTS = (
    *_FORMS,
    "length",
    "lines",
    "digits",
    "ascii",
    "ends_with_question",
    "ends_with_colon",
    "link_alone",
    "code_share",
)
"""Names of the facts, in the order of `Features.facts`; all lie between 0 and about 1."""

_CODE_SIGNS = frozenset("{}();=<>[]_\\`")


class Features(NamedTuple):
    """`concepts` are numbers, each once, `early` says how much each counts for coming early; `facts` are as `FACTS`."""

    pieces: Pieces
    concepts: NDArray[np.intp]
    early: Floats
    facts: Floats
    forms: frozenset[Form]


def features(text: str, folded: str, known: Concepts) -> Features:
    """What is seen of a cleaned text and its lower-case form."""
    seen, text = spaced(folded), outline(text)
    found = forms(text)
    concepts, first = np.unique(known.find(seen), return_index=True)
    early = np.where(first < FIRST, 1 - _EARLIER * first, 0).astype(np.float32)
    return Features(pieces(seen), concepts.astype(np.intp), early, _facts(text, seen, found), found)


def _facts(text: str, seen: str, found: frozenset[Form]) -> Floats:
    length = max(1, len(seen))
    end = text[-_END:].rstrip()
    return np.array(
        [
            *(form in found for form in _FORMS),
            np.log2(1 + len(text)) / _LONG,
            np.log2(1 + text.count("\n")) / _LONG,
            sum(map(seen.count, "0123456789")) / length,
            seen.isascii(),
            end.endswith(("?", "\uff1f", "\u061f")),
            end.endswith(":"),
            seen.startswith(("http://", "https://", "www.")) and " " not in seen.strip(),
            sum(map(seen.count, _CODE_SIGNS)) / length,
        ],
        np.float32,
    )
