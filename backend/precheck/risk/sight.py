"""What of a text is looked at for risk: all of a short one, windows all over a long one."""

from backend.precheck.learned.grams import HEAD, TAIL, spaced
from backend.precheck.reading import clean
from backend.precheck.risk.plain import plain

WINDOW = HEAD + TAIL
"""Signs that are looked at together."""

STEP = 800
"""Signs from one window to the next, so that what is cut by one is whole in another."""

MOST = 12
"""Windows of a text beside its outline."""


def windows(folded: str) -> list[str]:
    """The outline of a text, then what lies between its beginning and end, evenly chosen where that is too much.

    Of a long text each line is looked at once: what is said a thousand times is not a thousand times as suspicious.
    """
    if len(folded) > WINDOW:
        folded = "\n".join(dict.fromkeys(folded.split("\n")))
    if len(folded) <= WINDOW:
        return [plain(spaced(folded))]
    if len(folded) <= 2 * WINDOW:
        whole = plain(" ".join(folded.split()))
        return [whole[:WINDOW], whole[-WINDOW:]]
    found = [plain(spaced(folded))]
    starts = range(HEAD - (WINDOW - STEP), len(folded) - TAIL, STEP)
    every = -(-len(starts) // MOST)
    found += [plain(" ".join(folded[start : start + WINDOW].split())) for start in starts[::every]]
    return found


def outline_of(text: str) -> str:
    """The beginning and end of a raw text."""
    return plain(spaced(clean(text).lower()))
