"""What a marked prompt was taken for, as it is kept with the mark. Pure."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from backend.precheck.finding import Finding
from backend.precheck.signals import CONTINUES
from backend.precheck.tables import PromptCheck
from shared.marks import Was
from shared.precheck import Category, CategoryScore, Complexity, Risk, RiskAction, RiskCategory


class Found(Struct, frozen=True, kw_only=True):
    """`follows`: it was read together with what it continues, which the mark does not have."""

    category: Category
    scores: list[CategoryScore]
    complexity: Complexity
    confidence: float
    risk_action: RiskAction
    risks: list[RiskCategory]
    language: str | None
    follows: bool

    def was(self) -> Was:
        """The part that people are shown."""
        return msgspec.convert(self, Was, from_attributes=True)


def of_check(check: PromptCheck) -> Found:
    """What is stored of a check."""
    return _found(check, check.risk, check.risk_action, check.scores, check.signals)


def of_finding(finding: Finding, risk: Risk) -> Found:
    """What was found just now, and is stored nowhere else."""
    return _found(finding, risk, risk.action, finding.scores, finding.signals)


def _found(
    made: PromptCheck | Finding, risk: object, action: str, scores: Sequence[object], signals: Sequence[str]
) -> Found:
    return Found(
        category=Category(made.category),
        scores=msgspec.convert(scores, list[CategoryScore], from_attributes=True),
        complexity=Complexity(made.complexity),
        confidence=made.confidence,
        risk_action=RiskAction(action),
        risks=msgspec.convert(risk, Risk, from_attributes=True).categories,
        language=made.language,
        follows=CONTINUES in signals,
    )


def stored(document: object) -> Found:
    """What was kept with a mark."""
    return msgspec.convert(document, Found)
