"""The precheck of one request: the rules' finding, with an id, an estimate and what is stored of it."""

from collections import OrderedDict
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Assistant
from backend.chat.prompt import Prompt
from backend.columns import new_id
from backend.metering.records import CheckRecord
from backend.precheck.check import LOOK_BACK, check, suspicions_of
from backend.precheck.finding import Finding
from backend.precheck.risk.policy import RiskPolicy, judge
from backend.precheck.risk.suspicion import Suspicion
from backend.secrets import Secrets
from shared.precheck import Estimate, Precheck, RecommendedAssistant, Risk, RiskAction

_ACTIONS = list(RiskAction)
_POLICY = RiskPolicy()
_IN_A_FILE = "This was found in an attached file."
RECENT = 1024
"""Findings kept in memory, a few KB each."""


class Checked(Struct, frozen=True, kw_only=True):
    """A finding with its id, and what is done about its risk."""

    id: UUID
    finding: Finding
    risk: Risk
    characters: int
    prompt_hash: bytes

    def with_signal(self, sentence: str) -> "Checked":
        """The same check with one more thing the person should know."""
        finding = structs.replace(self.finding, signals=(*self.finding.signals, sentence))
        return structs.replace(self, finding=finding)


class Examiner:
    """One process's prechecks. What was checked while it was typed is not checked again when it is sent.

    Findings are kept under a keyed hash of the words, never the words.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._recent: OrderedDict[bytes, Finding] = OrderedDict()

    def examine(self, prompt: Prompt, *, assistant_chosen: bool) -> Checked:
        """Applies the rules to a prompt. Recommending is skipped when the caller chose; risk rules never are.

        They also see earlier turns that were not prechecked here when they were said, and saw the files before.
        """
        text = prompt.text
        digest = self._secrets.digest("prompt", text)
        finding = self._find(text, prompt.earlier, digest)
        risk = _judged(finding.suspicions, finding.language)
        for words in prompt.unvetted:
            risk = _with(risk, words)
        for of_file in prompt.risks:
            if _graver(of_file, risk):
                risk = structs.replace(of_file, message=f"{of_file.message} {_IN_A_FILE}")
        if assistant_chosen and finding.recommended_family is not None:
            finding = structs.replace(finding, recommended_family=None)
        return Checked(id=new_id(), finding=finding, risk=risk, characters=len(text), prompt_hash=digest)

    def also(self, checked: Checked, words: str) -> Checked:
        """The check of a prompt that has more words than were examined: whatever of them is blocked blocks it."""
        return structs.replace(checked, risk=_with(checked.risk, words))

    def _find(self, text: str, earlier: tuple[str, ...], digest: bytes) -> Finding:
        key = digest + self._secrets.digest("earlier", "\0".join(earlier[-LOOK_BACK:])) if earlier else digest
        finding = self._recent.get(key)
        if finding is None:
            finding = self._recent[key] = check(text, history=earlier)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return finding


def _judged(suspicions: Sequence[Suspicion], language: str | None) -> Risk:
    return judge(suspicions, _POLICY, family=None, plan=None, language=language)


def _with(risk: Risk, words: str) -> Risk:
    if risk.action is RiskAction.BLOCK:
        return risk
    other = _judged(suspicions_of(words), None)
    return other if other.action is RiskAction.BLOCK else risk


def _graver(risk: Risk, than: Risk) -> bool:
    return _ACTIONS.index(risk.action) > _ACTIONS.index(than.action)


def view(
    checked: Checked,
    recommended: Assistant | None,
    prompt_tokens: int,
    credits: tuple[Decimal, Decimal],
    *,
    affordable: bool,
) -> Precheck:
    """The check as the person sees it; `credits` is the likely range."""
    finding = checked.finding
    return Precheck(
        id=checked.id,
        category=finding.category,
        categories=list(finding.scores),
        complexity=finding.complexity,
        risk=checked.risk,
        language=finding.language,
        recommended_assistant=RecommendedAssistant(id=recommended.id, family=recommended.family, name=recommended.name)
        if recommended is not None
        else None,
        confidence=finding.confidence,
        estimate=Estimate(prompt_tokens=prompt_tokens, credits_low=credits[0], credits_high=credits[1]),
        affordable=affordable,
        signals=list(finding.signals),
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
    )
