"""What may be dangerous about a text, before anybody decides what is done about it."""

from msgspec import Struct

from shared.precheck import RiskCategory, RiskLevel


class Suspicion(Struct, frozen=True, kw_only=True):
    """One kind of risk that a text may be of.

    `level` says how sure it is: LOW is unsure, MEDIUM likely, HIGH clear. `score` is the probability, between 0 and 1,
    that the text is of this kind. `signal` is for people to read and holds no text of the prompt.
    """

    category: RiskCategory
    level: RiskLevel
    score: float
    signal: str
