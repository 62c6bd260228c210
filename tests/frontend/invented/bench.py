"""What the test bench finds, invented: the task follows a word of the prompt."""

from datetime import datetime, timedelta
from decimal import Decimal

from shared.bench import BenchResult, StoredDecision, Suspected
from shared.marks import AdminMark, BenchMarkRequest, Was
from shared.precheck import (
    Category,
    CategoryScore,
    Complexity,
    Estimate,
    Personal,
    PersonalData,
    PersonalKind,
    Risk,
    RiskAction,
    RiskCategory,
    RiskLevel,
)
from tests.frontend.invented import uid

WAS = Was(
    category=Category.CODING,
    complexity=Complexity.STANDARD,
    confidence=0.91,
    risk_action=RiskAction.ALLOW,
    language="en",
)


def tried(prompt: str, now: datetime) -> BenchResult:
    """A prompt with "bomb" is blocked, one with "before" was sent before."""
    danger = "bomb" in prompt
    return BenchResult(
        characters=len(prompt),
        category=Category.CODING,
        categories=[CategoryScore(name=Category.CODING, score=0.91), CategoryScore(name=Category.MATH, score=0.04)],
        confidence=0.91,
        complexity=Complexity.STANDARD,
        complexity_score=0.34,
        language="en",
        needs=["json"],
        family="code",
        suspicions=[
            Suspected(category=RiskCategory.VIOLENCE, level=RiskLevel.HIGH, score=0.97, signal="Asks for explosives")
        ]
        if danger
        else [],
        risk=Risk(
            level=RiskLevel.HIGH,
            categories=[RiskCategory.VIOLENCE],
            action=RiskAction.BLOCK,
            message="This will not be sent.",
        )
        if danger
        else Risk(),
        personal=[Personal(kind=PersonalKind.EMAIL, start=5, end=21)] if "mail" in prompt else [],
        personal_data=PersonalData.MASK,
        signals=["Reads as coding: names a programming language"],
        estimate=None if danger else Estimate(prompt_tokens=1204, credits_low=Decimal("0.3"), credits_high=Decimal(2)),
        obstacle="Not in this plan." if danger else None,
        microseconds=140,
        stored=[stored(now)] if "before" in prompt else [],
    )


def stored(now: datetime) -> StoredDecision:
    """A decision of an hour ago that would be another one now."""
    return StoredDecision(
        check_id=uid(3001),
        checked_at=now - timedelta(hours=1),
        category=Category.MATH,
        complexity=Complexity.STANDARD,
        risk_action=RiskAction.WARN,
        risks=[RiskCategory.MALWARE],
        language="en",
        confidence=0.4,
        signals=["Reads as math"],
        differs=["category", "risk_action"],
    )


def marked(wanted: BenchMarkRequest, now: datetime) -> AdminMark:
    """The mark as it is listed."""
    return AdminMark(
        id=uid(3002),
        origin="bench",
        category=wanted.category,
        complexity=wanted.complexity,
        risky=wanted.risky,
        was=WAS,
        kept="text" if wanted.share_text else "features",
        marked_at=now,
    )


def marks(now: datetime) -> list[AdminMark]:
    """One of a person with the text, one of an admin without."""
    return [
        AdminMark(
            id=uid(3010),
            origin="person",
            category=Category.WRITING,
            complexity=None,
            risky=None,
            was=WAS,
            kept="text",
            marked_at=now,
        ),
        AdminMark(
            id=uid(3011),
            origin="bench",
            category=None,
            complexity=Complexity.SIMPLE,
            risky=False,
            was=WAS,
            kept="features",
            marked_at=now - timedelta(hours=2),
        ),
    ]
