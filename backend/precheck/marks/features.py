"""What of a prompt is kept to learn from when its text is not. Pure.

What can be recovered from it: which common words and which of the known meanings the prompt holds, and, as pieces
reach over from one word into the next, often in which order; a short prompt of everyday words can be put together
again by somebody who tries. What cannot be: names, numbers, addresses and whatever else fewer than
`common_words.ENOUGH` of the project's own labelled prompts have, for words with anything rare in them are left out
before the pieces are cut; how often a word occurs beyond `MOST_TIMES`; how a text begins or ends; and, of a text with
more than `MOST` different pieces, the rest.
A name that is also a common word stays.
"""

from collections import Counter

from msgspec import Struct

from backend.precheck.learned.grams import pieces, spaced
from backend.precheck.learned.insight import eye
from backend.precheck.marks.common_words import only_common
from backend.precheck.reading import clean

MOST = 400
"""Different pieces that are kept at most: those with the lowest row numbers, which tell nothing of their place."""

MOST_TIMES = 3
"""A piece that occurs more often counts as often as this."""

LONGEST = 100_000
"""Signs of a prompt that are looked at; its pieces come from its beginning and its end anyhow."""


class Features(Struct, frozen=True, kw_only=True):
    """`pieces` are rows of the weight table (`learned.grams`) with how often they occur.

    `concepts` are the names of the meanings that were found (`tests/data/concepts`), in the order of the alphabet.
    """

    pieces: list[tuple[int, int]]
    concepts: list[str]


def features(text: str) -> Features:
    """The features of a prompt, in an order of their own."""
    cleaned = clean(text[:LONGEST])
    folded = cleaned.lower()
    counts: Counter[int] = Counter()
    for stretch in only_common(spaced(folded)):
        found = pieces(stretch)
        counts.update(found.rows[: found.ends[0]].tolist())
    kept = [(row, min(counts[row], MOST_TIMES)) for row in sorted(counts)[:MOST]]
    return Features(pieces=kept, concepts=sorted(eye().concepts(eye().look(cleaned, folded))))
