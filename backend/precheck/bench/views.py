"""Results of the bench as the wire shows them, with what differs from what was decided before. Pure."""

from collections.abc import Iterator, Sequence

from backend.precheck.bench.trial import Trial
from backend.precheck.marks.found import Found, of_check, of_finding
from backend.precheck.tables import PromptCheck
from shared.bench import BenchResult, StoredDecision, Suspected
from shared.precheck import Estimate, Personal, PersonalData, Risk

_COMPARED = ("category", "complexity", "language", "risk_action", "risks")
_SAME_CONFIDENCE = 0.005
"""Confidences that are shown alike."""


def result(
    trial: Trial,
    risk: Risk,
    personal_data: PersonalData,
    estimate: Estimate | None,
    obstacle: str | None,
    checks: Sequence[PromptCheck],
) -> BenchResult:
    """All about one text."""
    finding, now = trial.finding, of_finding(trial.finding, risk)
    return BenchResult(
        characters=len(trial.text),
        category=finding.category,
        categories=list(finding.scores),
        confidence=finding.confidence,
        complexity=finding.complexity,
        complexity_score=finding.complexity_score,
        language=finding.language,
        needs=list(finding.needs),
        family=finding.recommended_family,
        suspicions=[
            Suspected(category=s.category, level=s.level, score=s.score, signal=s.signal) for s in finding.suspicions
        ],
        risk=risk,
        personal=[Personal(kind=datum.kind, start=datum.start, end=datum.end) for datum in finding.personal],
        personal_data=personal_data,
        signals=list(finding.signals),
        estimate=estimate,
        obstacle=obstacle,
        microseconds=trial.microseconds,
        stored=[_stored(check, now) for check in checks],
    )


def _stored(check: PromptCheck, now: Found) -> StoredDecision:
    then = of_check(check)
    return StoredDecision(
        check_id=check.id,
        checked_at=check.created_at,
        category=then.category,
        complexity=then.complexity,
        risk_action=then.risk_action,
        risks=then.risks,
        language=then.language,
        confidence=then.confidence,
        signals=list(check.signals),
        differs=list(_differing(then, now)),
    )


def _differing(then: Found, now: Found) -> Iterator[str]:
    yield from (name for name in _COMPARED if getattr(then, name) != getattr(now, name))
    if abs(then.confidence - now.confidence) > _SAME_CONFIDENCE:
        yield "confidence"
