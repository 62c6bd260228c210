"""What was found about one prompt."""

from msgspec import Struct

from backend.precheck.personal.datum import PersonalDatum
from backend.precheck.risk.suspicion import Suspicion
from shared.precheck import Category, CategoryScore, Complexity


class Finding(Struct, frozen=True, kw_only=True):
    """One check.

    `scores` are the likeliest categories, highest first, as probabilities; `confidence` is that of the likeliest task,
    and so low where none can be seen. `complexity_score` lies between 0 and 1.
    `language` is an ISO 639-1 code. `recommended_family` is None when the caller chose an assistant. `signals` are
    sentences a person can read and hold no text of the prompt. `needs` names capabilities a model must have.
    `personal` says where personal data and secrets stand.
    """

    category: Category
    scores: tuple[CategoryScore, ...]
    complexity: Complexity
    complexity_score: float
    suspicions: tuple[Suspicion, ...]
    language: str | None
    confidence: float
    recommended_family: str | None
    signals: tuple[str, ...]
    needs: tuple[str, ...]
    personal: tuple[PersonalDatum, ...] = ()
