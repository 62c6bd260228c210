"""The precheck of one request: the rules' finding, with an id, an estimate and what is stored of it."""

from collections import OrderedDict
from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Assistant
from backend.chat.prompt import Prompt
from backend.columns import new_id
from backend.metering.records import CheckRecord
from backend.precheck.check import LOOK_BACK, check, risk_of
from backend.precheck.finding import Finding
from backend.secrets import Secrets
from shared.precheck import Estimate, Precheck, RecommendedAssistant, Risk, RiskAction

_ACTIONS = list(RiskAction)
_IN_A_FILE = "This was found in an attached file."
RECENT = 1024
"""Findings kept in memory, a few KB each."""


class Checked(Struct, frozen=True, kw_only=True):
    """A finding with its id."""

    id: UUID
    finding: Finding
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
        for words in prompt.unvetted:
            finding = _with(finding, words)
        for risk in prompt.risks:
            if _graver(risk, finding.risk):
                finding = structs.replace(finding, risk=structs.replace(risk, message=f"{risk.message} {_IN_A_FILE}"))
        if assistant_chosen and finding.recommended_family is not None:
            finding = structs.replace(finding, recommended_family=None)
        return Checked(id=new_id(), finding=finding, characters=len(text), prompt_hash=digest)

    def also(self, checked: Checked, words: str) -> Checked:
        """The check of a prompt that has more words than were examined: whatever of them is blocked blocks it."""
        finding = _with(checked.finding, words)
        return checked if finding is checked.finding else structs.replace(checked, finding=finding)

    def _find(self, text: str, earlier: tuple[str, ...], digest: bytes) -> Finding:
        key = digest + self._secrets.digest("earlier", "\0".join(earlier[-LOOK_BACK:])) if earlier else digest
        finding = self._recent.get(key)
        if finding is None:
            finding = self._recent[key] = check(text, history=earlier)
            if len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return finding


def _with(finding: Finding, words: str) -> Finding:
    if finding.risk.action is not RiskAction.BLOCK and (risk := risk_of(words)).action is RiskAction.BLOCK:
        return structs.replace(finding, risk=risk)
    return finding


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
        risk=finding.risk,
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
        risk=finding.risk,
        risk_action=finding.risk.action,
        language=finding.language,
        confidence=finding.confidence,
        recommended_assistant=recommended.id if recommended is not None else None,
        signals=list(finding.signals),
        characters=checked.characters,
        prompt_tokens=prompt_tokens,
        prompt_hash=checked.prompt_hash.hex(),
    )
