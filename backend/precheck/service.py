"""The precheck of one request: the rules' finding, with an id, an estimate and what is stored of it."""

from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct, structs

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Assistant, Catalogue
from backend.chat.prompt import Prompt
from backend.columns import new_id
from backend.metering.records import CheckRecord, SuspectedIn, SuspicionRecord
from backend.precheck.check import LOOK_BACK, check, suspicions_of
from backend.precheck.finding import Finding
from backend.precheck.risk.policy import RiskPolicy, doubts, judge, left
from backend.precheck.risk.report import GuardReport
from backend.precheck.risk.suspicion import Suspicion
from backend.secrets import Secrets
from shared.precheck import (
    Estimate,
    Personal,
    PersonalData,
    Precheck,
    RecommendedAssistant,
    Risk,
    RiskAction,
    RiskCategory,
    RiskTier,
)

_ACTIONS = list(RiskAction)
_IN_A_FILE = "This was found in an attached file."
RECENT = 1024
"""Findings kept in memory, a few KB each."""
SEEN = 4096
"""Words that were brought along and are remembered, by hash and what they are suspected of."""


class Checked(Struct, frozen=True, kw_only=True):
    """A finding with its id.

    `brought` is what earlier turns are suspected of that were not prechecked here when they were said, `in_files` what
    files are. `risk` is what is done about all of it for `family` and `plan`: nothing until it is `judged`. `report` is
    what the guard said, if it was asked.
    """

    id: UUID
    finding: Finding
    characters: int
    prompt_hash: bytes
    brought: tuple[Suspicion, ...] = ()
    in_files: tuple[Suspicion, ...] = ()
    risk: Risk = Risk()
    family: str | None = None
    plan: str | None = None
    report: GuardReport | None = None

    def with_signal(self, sentence: str) -> "Checked":
        """The same check with one more thing the person should know."""
        finding = structs.replace(self.finding, signals=(*self.finding.signals, sentence))
        return structs.replace(self, finding=finding)

    def judged(self, policy: RiskPolicy, family: str | None, plan: str, accept_language: str = "") -> "Checked":
        """What is done about its risk where an assistant of `family` answers somebody with `plan`.

        Words that were brought along count only where they are to be blocked.
        """
        tier = RiskTier.FIRST if self.report is None or self.report.failed else RiskTier.GUARD

        def judge_(suspicions: Sequence[Suspicion]) -> Risk:
            return judge(
                suspicions,
                policy,
                family=family,
                plan=plan,
                language=self.finding.language,
                accept_language=accept_language,
                tier=tier,
            )

        own, brought, in_files = (self._left(group, policy, family, plan) for _, group in self._groups())
        risk = judge_((*own, *(self.report.suspicions if self.report is not None else ())))
        if (of_others := judge_(brought)).action is RiskAction.BLOCK and risk.action is not RiskAction.BLOCK:
            risk = of_others
        if _graver(of_files := judge_(in_files), risk):
            risk = structs.replace(of_files, message=f"{of_files.message} {_IN_A_FILE}")
        return structs.replace(self, risk=risk, family=family, plan=plan)

    def reported(self, report: GuardReport | None) -> "Checked":
        """The check with what the guard said, if it was asked."""
        return structs.replace(self, report=report)

    def doubts(self, catalogue: Catalogue) -> frozenset[RiskCategory]:
        """What the guard is to be asked about before this is sent, once it is judged; nothing while there is none."""
        if catalogue.guard.kind == "off" or self.risk.action is RiskAction.BLOCK or self.report is not None:
            return frozenset()
        policy = catalogue.risks
        everything = [suspicion for _, group in self._groups() for suspicion in group]
        return doubts(everything, policy, family=self.family, plan=self.plan)

    def suspicions(self) -> list[SuspicionRecord]:
        """What is stored of them."""
        return [
            SuspicionRecord(category=s.category, level=s.level, score=round(s.score, 4), of=of)
            for of, group in self._groups()
            for s in group
        ]

    def _groups(self) -> tuple[tuple[SuspectedIn, tuple[Suspicion, ...]], ...]:
        return ("prompt", self.finding.suspicions), ("brought", self.brought), ("file", self.in_files)

    def _left(
        self, group: tuple[Suspicion, ...], policy: RiskPolicy, family: str | None, plan: str
    ) -> tuple[Suspicion, ...]:
        if self.report is None:
            return group
        return left(group, policy, self.report.answered, family=family, plan=plan)


class Examiner:
    """One process's prechecks. What was checked while it was typed is not checked again when it is sent.

    Findings are kept under a keyed hash of the words, never the words.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._recent: OrderedDict[bytes, Finding] = OrderedDict()
        self._seen: OrderedDict[bytes, tuple[Suspicion, ...]] = OrderedDict()

    def examine(self, prompt: Prompt, *, assistant_chosen: bool) -> Checked:
        """Applies the rules to a prompt. Recommending is skipped when the caller chose; risk rules never are.

        They also see earlier turns that were not prechecked here when they were said, and saw the files before. What is
        done about risk is for `Checked.judged`, once assistant and plan are known.
        """
        text = prompt.text
        digest = self._secrets.digest("prompt", text)
        finding = self._find(text, prompt.earlier, digest)
        brought = tuple(suspicion for words in prompt.unvetted for suspicion in self._brought(words))
        if assistant_chosen and finding.recommended_family is not None:
            finding = structs.replace(finding, recommended_family=None)
        return Checked(
            id=new_id(),
            finding=finding,
            characters=len(text),
            prompt_hash=digest,
            brought=brought,
            in_files=prompt.in_files,
        )

    def also(self, checked: Checked, words: str) -> Checked:
        """The check of a prompt that has more words than were examined: whatever of them is blocked blocks it."""
        found = suspicions_of(words)
        return structs.replace(checked, brought=(*checked.brought, *found)) if found else checked

    def _brought(self, words: str) -> tuple[Suspicion, ...]:
        """What words are suspected of that programs send again and again: orders, tools and earlier turns."""
        digest = self._secrets.digest("brought", words)
        found = self._seen.get(digest)
        if found is None:
            found = self._seen[digest] = suspicions_of(words)
            if len(self._seen) > SEEN:
                self._seen.popitem(last=False)
        return found

    def _find(self, text: str, earlier: tuple[str, ...], digest: bytes) -> Finding:
        key = digest + self._secrets.digest("earlier", "\0".join(earlier[-LOOK_BACK:])) if earlier else digest
        finding = self._recent.get(key)
        if finding is None:
            finding = self._recent[key] = check(text, history=earlier)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return finding


def _graver(risk: Risk, than: Risk) -> bool:
    return _ACTIONS.index(risk.action) > _ACTIONS.index(than.action)


def view(
    checked: Checked,
    recommended: Assistant | None,
    estimate: Estimate,
    *,
    affordable: bool,
    obstacle: str | None = None,
    personal_data: PersonalData | None = None,
) -> Precheck:
    """The check as the person sees it; `obstacle` is why it would be refused.

    With `personal_data`, what the plan does about them, it says where personal data stand.
    """
    finding = checked.finding
    return Precheck(
        id=checked.id,
        category=finding.category,
        categories=list(finding.scores),
        complexity=finding.complexity,
        complexity_score=finding.complexity_score,
        needs=list(finding.needs),
        risk=checked.risk,
        language=finding.language,
        recommended_assistant=RecommendedAssistant(id=recommended.id, family=recommended.family, name=recommended.name)
        if recommended is not None
        else None,
        confidence=finding.confidence,
        estimate=estimate,
        affordable=affordable,
        signals=list(finding.signals),
        obstacle=obstacle,
        personal=[Personal(kind=d.kind, start=d.start, end=d.end) for d in finding.personal if personal_data],
        personal_data=personal_data,
    )


def record(
    checked: Checked,
    identity: Identity,
    recommended: Assistant | None,
    prompt_tokens: int,
    *,
    request_id: UUID | None,
    conversation_id: UUID | None,
) -> CheckRecord:
    """The features that are stored; never the text."""
    finding = checked.finding
    return CheckRecord(
        organisation_id=identity.organisation_id,
        id=checked.id,
        user_id=identity.user_id,
        request_id=request_id,
        conversation_id=conversation_id,
        category=finding.category,
        scores=list(finding.scores),
        complexity=finding.complexity,
        risk=checked.risk,
        risk_action=checked.risk.action,
        language=finding.language,
        confidence=finding.confidence,
        recommended_assistant=recommended.id if recommended is not None else None,
        signals=list(finding.signals),
        characters=checked.characters,
        prompt_tokens=prompt_tokens,
        prompt_hash=checked.prompt_hash.hex(),
        suspicions=checked.suspicions(),
        guard=checked.report.stored() if checked.report is not None else None,
        family=checked.family,
        plan=checked.plan,
    )
