"""What a model sees of a text: hashed pieces, concepts in their order, and a few plain facts about its form."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backend.precheck.learned.concepts import Concepts
from backend.precheck.learned.grams import EDGE_END, EDGE_LEAD, LENGTHY, Pieces, pieces, spaced
from backend.precheck.structure import Form, forms

Floats: TypeAlias = NDArray[np.float32]

HEAD, TAIL = 400, 200
"""Signs of a long text's beginning and end that tell its task."""

FIRST = 8
"""Concepts from the beginning of a text that count once more, by how early they come."""

_EARLIER = 0.12
_WITHIN = 0.5
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
    """`concepts` are numbers, each once; `present` and `early` say how much each counts for being there and for coming
    early. `facts` are as `FACTS`.
    """

    pieces: Pieces
    concepts: NDArray[np.intp]
    present: Floats
    early: Floats
    facts: Floats
    forms: frozenset[Form]


def features(text: str, folded: str, known: Concepts) -> Features:
    """What is seen of a cleaned text and its lower-case form."""
    seen = spaced(folded, HEAD, TAIL)
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}\n{text[-TAIL:]}"
    found = forms(text)
    concepts, present, early = _concepts(seen, known)
    return Features(pieces(seen), concepts, present, early, _facts(text, seen, found), found)


def _concepts(seen: str, known: Concepts) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Those found, each once, with what it counts for; in a lengthy text more near its edges."""
    numbers, places = (each.tolist() for each in known.find_at(seen))
    if len(seen) > LENGTHY:
        last = len(seen) - EDGE_END
        present = dict.fromkeys(numbers, _WITHIN)
        present |= {number: 1.0 for number, at in zip(numbers, places, strict=True) if at < EDGE_LEAD or at > last}
    else:
        present = dict.fromkeys(numbers, 1.0)
    early = dict.fromkeys(present, 0.0)
    for place in range(min(FIRST, len(numbers)) - 1, -1, -1):
        early[numbers[place]] = 1 - _EARLIER * place
    return (
        np.array(list(present), np.intp),
        np.array(list(present.values()), np.float32),
        np.array(list(early.values()), np.float32),
    )


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
