"""What the admin desk shows. Nothing here holds prompt text."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.accounts import UserRole
from shared.errors import JsonScalar
from shared.plans import Count
from shared.precheck import Category, CategoryScore, Complexity, Risk
from shared.risks import GuardView
from shared.wire import Answer, Credits, Dollars, Instant, Reason, Request


class CallRow(Answer, frozen=True, kw_only=True):
    """One request's call, as the list shows it. `status` is `answered, failed, cancelled, running`."""

    request_id: UUID
    created_at: Instant
    user_id: UUID
    user_email: str
    provider: str
    model: str
    assistant: str
    status: str
    attempts: int
    latency_ms: int | None
    first_token_ms: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    raw_cost: Dollars | None
    credits: Credits | None
    error_code: str | None
    purpose: Literal["answer", "guard"] = "answer"


class Attempt(Answer, frozen=True, kw_only=True):
    """One call to one model. `started_ms` counts from admission; `fault` is the provider's reason, no prompt text."""

    attempt: int
    provider: str
    model: str
    status: str
    started_ms: int
    latency_ms: int | None
    first_token_ms: int | None
    fault: str | None
    provider_request_id: str | None
    prompt_tokens: int | None
    completion_tokens: int | None


class Rejected(Answer, frozen=True, kw_only=True):
    """A model that was not chosen, and why."""

    model: str
    reason: str


class Candidate(Answer, frozen=True, kw_only=True):
    """A model that could have answered, in the order they were to be tried. Scores are between 0 and 1."""

    model: str
    provider: str
    score: float
    cost_score: float
    latency_score: float
    quality_score: float
    uptime_score: float


class RouteDecision(Answer, frozen=True, kw_only=True):
    """Why this model: the ordered chain, every rejected candidate, and the words shown to the person."""

    strategy: str
    assistant: str
    assistant_chosen: bool
    model_chosen: bool
    complexity: str
    chain: list[Candidate]
    rejected: list[Rejected]
    reasons: list[str]
    max_tokens: int
    prompt_tokens: int
    turns_left_out: int = 0


class CheckView(Answer, frozen=True, kw_only=True):
    """The stored precheck: features only."""

    id: UUID
    category: Category
    scores: list[CategoryScore]
    complexity: Complexity
    risk: Risk
    guard: GuardView | None = None
    language: str | None
    confidence: float
    signals: list[str]
    characters: int
    prompt_tokens: int
    created_at: Instant


class Factor(Answer, frozen=True, kw_only=True):
    """A named factor of the display cost."""

    name: str
    value: Decimal


class BucketCost(Answer, frozen=True, kw_only=True):
    """Tokens of one bucket at its price per million (for `request` and `picture`: pieces at a price each)."""

    bucket: str
    quantity: int
    price: Dollars
    cost: Dollars


class CostView(Answer, frozen=True, kw_only=True):
    """raw cost x factors x credits per dollar = display cost; charged = the part within the hold."""

    raw_cost: Dollars
    factors: list[Factor]
    multiplier: Decimal
    credits_per_dollar: Decimal
    display_cost: Credits
    charged: Credits
    absorbed: Credits
    held: Credits
    price_version: int
    buckets: list[BucketCost]
    estimated: bool
    provider_cost: Dollars | None


class CallDetail(Answer, frozen=True, kw_only=True):
    """One request from precheck to charge."""

    call: CallRow
    precheck: CheckView | None
    route: RouteDecision | None
    attempts: list[Attempt]
    cost: CostView | None


class ExpensiveUser(Answer, frozen=True, kw_only=True):
    """Somebody with a large raw cost in the last 30 days."""

    user_id: UUID
    email: str
    raw_cost: Dollars
    credits: Credits
    calls: int


CircuitState = Literal["closed", "open", "half_open"]


class EndpointHealth(Answer, frozen=True, kw_only=True):
    """One address of a provider: whether it is used, and its figures over the last 5 minutes.

    Times are in ms, rates between 0 and 1. `health` is from 0 (not used) to 1. `state` is `closed` (in use), `open`
    (not used, for `reason`, and tried again at `retry_at`) or `half_open` (on trial). `fallback_rate` is the share of
    requests that were answered elsewhere in the end. `probe_fault` is None after a probe that went well.
    """

    id: UUID
    base_url: str
    state: CircuitState
    reason: str
    opened_at: Instant | None
    retry_at: Instant | None
    health: float
    calls: int
    error_rate: float
    latency_p50: int | None
    latency_p95: int | None
    first_token_p95: int | None
    fallback_rate: float
    probed_at: Instant | None
    probe_ms: int | None
    probe_fault: str | None


class ProviderHealth(Answer, frozen=True, kw_only=True):
    """Figures of one provider over the last 15 minutes; times in ms, rates between 0 and 1.

    `health` is that of the best of its `endpoints` in use, `circuit` the worst state of theirs.
    """

    provider_id: UUID
    name: str
    display_name: str
    status: str
    usable: bool
    why: str | None
    calls: int
    error_rate: float
    latency_p50: int | None
    latency_p95: int | None
    first_token_p95: int | None
    health: float = 1.0
    circuit: CircuitState = "closed"
    endpoints: list[EndpointHealth] = []


class Overview(Answer, frozen=True, kw_only=True):
    """The first screen of the desk, over the last 24 hours."""

    calls: int
    failed: int
    fallback_rate: float
    blocked: int
    raw_cost: Dollars
    credits: Credits
    active_requests: int
    users: int
    waiting_requests: int
    active_models: int
    expensive_users: list[ExpensiveUser]
    providers: list[ProviderHealth]
    attention: list[str]


class AdminUser(Answer, frozen=True, kw_only=True):
    """A person as admins see them; cost figures are of the last 30 days."""

    id: UUID
    email: str
    name: str
    role: UserRole
    suspended: bool
    plan: str
    balance: Credits
    raw_cost: Dollars
    credits: Credits
    calls: int
    created_at: Instant
    last_seen_at: Instant | None


class UserPatch(Request, frozen=True, kw_only=True):
    """Changes a person's role or suspension."""

    id: UUID
    reason: Reason
    role: UserRole | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    name: Annotated[str, Meta(min_length=1, max_length=120)] | UnsetType = UNSET


class Grant(Request, frozen=True, kw_only=True):
    """Credits given beside the plan, in the current period; negative takes back, never below zero."""

    credits: Credits
    reason: Reason


class AdminOrganisation(Answer, frozen=True, kw_only=True):
    """An organisation. `active` counts the answers being written for its people.

    `concurrent_chats` is how many may be written at once, None for any number.
    """

    id: UUID
    name: str
    personal: bool
    members: int
    active: int
    concurrent_chats: int | None


class OrganisationPatch(Request, frozen=True, kw_only=True):
    """Changes how many answers may be written at once for all people of an organisation; null for any number."""

    id: UUID
    reason: Reason
    concurrent_chats: Count | None


class ResetLink(Answer, frozen=True, kw_only=True):
    """A one-time link to set a new password; shown once, valid for 24 hours."""

    path: str
    expires_at: Instant


class AuditRow(Answer, frozen=True, kw_only=True):
    """Who changed what, when and why; `before` and `after` hold only what changed, never a secret."""

    id: UUID
    created_at: Instant
    actor_id: UUID | None
    actor: str
    action: str
    subject_kind: str
    subject_id: str | None
    subject: str
    reason: str
    before: dict[str, JsonScalar | list[JsonScalar] | dict[str, JsonScalar]] | None
    after: dict[str, JsonScalar | list[JsonScalar] | dict[str, JsonScalar]] | None
    address: str
