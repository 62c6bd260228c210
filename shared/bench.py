"""The test bench: everything that the precheck finds about texts that an admin tries."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from shared.precheck import (
    Category,
    CategoryScore,
    Complexity,
    Estimate,
    Personal,
    PersonalData,
    Risk,
    RiskAction,
    RiskCategory,
    RiskLevel,
)
from shared.wire import Answer, Instant, Request

MOST_PROMPTS = 50


class BenchRequest(Request, frozen=True, kw_only=True):
    """Texts to try, as somebody with `plan` (its slug; yours by default) sends them to an assistant of `family`."""

    prompts: Annotated[list[str], Meta(min_length=1, max_length=MOST_PROMPTS)]
    plan: str | None = None
    family: str | None = None


class Suspected(Answer, frozen=True, kw_only=True):
    """A kind of risk; `score` is the probability, between 0 and 1, that the text is of it."""

    category: RiskCategory
    level: RiskLevel
    score: float
    signal: str


class StoredDecision(Answer, frozen=True, kw_only=True):
    """What was decided when the same text was sent, by whomever. `differs` names what would be different now.

    What came before a prompt is not known here: a follow-up may well be read differently by itself.
    """

    check_id: UUID
    checked_at: Instant
    category: Category
    complexity: Complexity
    risk_action: RiskAction
    risks: list[RiskCategory]
    language: str | None
    confidence: float
    signals: list[str]
    differs: list[str]


class BenchResult(Answer, frozen=True, kw_only=True):
    """All about one text. `risk` is what the policy does; `obstacle` is why no estimate could be made.

    `family` is the assistant family that would be recommended, `microseconds` the time that the precheck took.
    `personal` says where personal data and secrets stand, `personal_data` what the plan does about them.
    """

    characters: int
    category: Category
    categories: list[CategoryScore]
    confidence: float
    complexity: Complexity
    complexity_score: float
    language: str | None
    needs: list[str]
    family: str | None
    suspicions: list[Suspected]
    risk: Risk
    personal: list[Personal]
    personal_data: PersonalData
    signals: list[str]
    estimate: Estimate | None
    obstacle: str | None
    microseconds: int
    stored: list[StoredDecision]


class BenchResults(Answer, frozen=True, kw_only=True):
    """One result for each prompt, in their order."""

    items: list[BenchResult]
