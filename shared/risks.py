"""What is done about risks, and the second tier that is asked where the first is unsure."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from shared.precheck import RiskCategory
from shared.wire import Answer, Instant, Reason, Request

Name = Annotated[str, Meta(min_length=1, max_length=120)]


class PolicyAction(StrEnum):
    """What happens to a prompt that is suspected of something; `guard`: the second tier is asked."""

    ALLOW = "allow"
    WARN = "warn"
    GUARD = "guard"
    BLOCK = "block"


class RiskRule(Answer, frozen=True, kw_only=True):
    """What happens at each level of one kind of risk.

    `family` and `plan` null mean every one; the most specific rule wins: plan and family, plan, family, all. `id` is
    null for what Fairlead comes with.
    """

    id: UUID | None
    category: RiskCategory
    family: str | None
    plan: str | None
    low: PolicyAction
    medium: PolicyAction
    high: PolicyAction
    updated_at: Instant | None = None


class RiskRuleTried(Request, frozen=True, kw_only=True):
    """A rule as it might be."""

    category: RiskCategory
    low: PolicyAction
    medium: PolicyAction
    high: PolicyAction
    family: Name | None = None
    plan: Name | None = None


class RiskRuleWrite(RiskRuleTried, frozen=True, kw_only=True):
    """Sets the rule for one kind of risk, of all or of a family, a plan or both."""

    reason: Reason


class RiskShift(Answer, frozen=True, kw_only=True):
    """How many checks would move from one action to another."""

    before: PolicyAction
    after: PolicyAction
    checks: int


class RiskPreview(Answer, frozen=True, kw_only=True):
    """What a rule would have done to the requests of the last days: of `checks`, `changed` differently."""

    days: int
    checks: int
    changed: int
    shifts: list[RiskShift]


class GuardSettings(Answer, frozen=True, kw_only=True):
    """The second tier.

    `moderation` is OpenAI's endpoint at `provider`, with the provider's own name of a `model`; `chat` is a `model` of
    the catalogue, which answers in the `format` of Llama Guard or, asked by a prompt, in JSON. It has `time_limit`
    seconds; when it says nothing, the prompt is sent (`open`) or not (`closed`).
    """

    kind: Literal["off", "moderation", "chat"] = "off"
    provider: Name | None = None
    model: Name | None = None
    format: Literal["llama_guard", "json"] = "llama_guard"
    time_limit: Annotated[float, Meta(ge=0.1, le=30)] = 2.0
    on_failure: Literal["open", "closed"] = "open"


class GuardWrite(Request, frozen=True, kw_only=True):
    """Sets all of it; see `GuardSettings`."""

    kind: Literal["off", "moderation", "chat"]
    reason: Reason
    provider: Name | None = None
    model: Name | None = None
    format: Literal["llama_guard", "json"] = "llama_guard"
    time_limit: Annotated[float, Meta(ge=0.1, le=30)] = 2.0
    on_failure: Literal["open", "closed"] = "open"


class GuardView(Answer, frozen=True, kw_only=True):
    """What the guard said of one prompt. `request_id` is of its own call."""

    outcome: Literal["safe", "unsafe", "failed"]
    categories: list[RiskCategory] = []
    provider: str = ""
    model: str = ""
    latency_ms: int = 0
    why: str = ""
    request_id: UUID | None = None
