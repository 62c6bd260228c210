"""The precheck of one request: the rules' finding, with an id, an estimate and what is stored of it."""

from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.accounts.identity import Identity
from backend.catalogue.snapshot import Assistant
from backend.chat.prompt import Prompt
from backend.columns import new_id
from backend.metering.records import CheckRecord
from backend.precheck.check import check, risk_of
from backend.precheck.finding import Finding
from backend.secrets import Secrets
from shared.precheck import Estimate, Precheck, RecommendedAssistant, RiskAction


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


def examine(secrets: Secrets, prompt: Prompt, *, assistant_chosen: bool) -> Checked:
    """Applies the rules to a prompt. Recommending is skipped when the caller chose; risk rules never are.

    They also see earlier turns that were not prechecked here when they were said.
    """
    text = prompt.text
    finding = check(text, history=prompt.earlier, assistant_chosen=assistant_chosen)
    for words in prompt.unvetted:
        if finding.risk.action is not RiskAction.BLOCK and (risk := risk_of(words)).action is RiskAction.BLOCK:
            finding = structs.replace(finding, risk=risk)
    return Checked(
        id=new_id(),
        finding=finding,
        characters=len(text),
        prompt_hash=secrets.digest("prompt", text),
    )


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
