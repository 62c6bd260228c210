"""What of long texts a guard is shown. Pure."""

from collections.abc import Collection, Iterable, Iterator

from backend.precheck.reading import read
from backend.precheck.risk.suspect import suspect
from shared.precheck import RiskCategory

MOST = 24_000
"""Characters that are shown: some 6,000 tokens of English."""
_PIECE, _OVERLAP = 6_000, 500


def passages(texts: Iterable[str], categories: Collection[RiskCategory]) -> str:
    """The texts where they are short, else those pieces of them that are suspected of one of these kinds of risk."""
    joined = "\n\n".join(text for text in texts if text)
    if len(joined) <= MOST:
        return joined
    found, room = [], MOST
    for piece in _pieces(joined):
        if len(piece) <= room and any(s.category in categories for s in suspect(piece, read(piece))):
            found.append(piece)
            room -= len(piece)
    return "\n\n".join(found) if found else f"{joined[: MOST // 2]}\n\n{joined[-MOST // 2 :]}"


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
