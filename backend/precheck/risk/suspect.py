"""What a text is suspected of, by combinations of words and the forms of live keys."""

from backend.precheck.personal.keys import holds_key
from backend.precheck.reading import Reading
from backend.precheck.risk import hazards
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import RiskCategory, RiskLevel

_SCORES = {RiskLevel.LOW: 0.3, RiskLevel.MEDIUM: 0.6, RiskLevel.HIGH: 0.9}
"""How sure each level is taken to be."""
_SECRET = Suspicion(
    category=RiskCategory.SECRET,
    level=RiskLevel.MEDIUM,
    score=_SCORES[RiskLevel.MEDIUM],
    signal="Holds a live key",
)


def suspect(text: str, reading: Reading) -> tuple[Suspicion, ...]:
    """What `text` may be of, and `reading` is of it; in the order it appears."""
    found = tuple(
        Suspicion(category=h.category, level=h.level, score=_SCORES[h.level], signal=h.signal)
        for h in hazards.find(reading.tokens)
    )
    return (*found, _SECRET) if holds_key(text) else found
