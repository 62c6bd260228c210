"""What admission and settlement write: the documents their SQL functions read."""

from decimal import Decimal
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Raw, Struct, UnsetType

from backend.abuse.events import EventRecord
from backend.metering.rates import Window, WindowState
from shared.admin import BucketCost, Factor, RouteDecision
from shared.chat import ChatAnswer
from shared.errors import ErrorBody, JsonScalar
from shared.events import ChatEvent
from shared.messages import FinishReason, MessageState
from shared.plans import PlanLimits
from shared.precheck import CategoryScore, Risk, RiskCategory, RiskLevel

SuspectedIn = Literal["prompt", "brought", "file"]


class SuspicionRecord(Struct, frozen=True, kw_only=True):
    """What the first tier suspected: of the prompt, of words that were brought along, or of a file."""

    category: RiskCategory
    level: RiskLevel
    score: float
    of: SuspectedIn


class CheckRecord(Struct, frozen=True, kw_only=True):
    """A `prompt_checks` row."""

    organisation_id: UUID
    id: UUID
    user_id: UUID
    request_id: UUID | None
    conversation_id: UUID | None
    category: str
    scores: list[CategoryScore]
    complexity: str
    risk: Risk
    risk_action: str
    language: str | None
    confidence: float
    recommended_assistant: UUID | None
    signals: list[str]
    characters: int
    prompt_tokens: int
    prompt_hash: str
    suspicions: list[SuspicionRecord] = []
    guard: Raw | None = None
    family: str | None = None
    plan: str | None = None


class PromptRecord(Struct, frozen=True):
    """The person's new message, with the ids of its files."""

    id: UUID
    content: str
    attachments: list[UUID] = []


class ConversationRecord(Struct, frozen=True, kw_only=True):
    """What admission changes in a conversation. `replace_from` is a position; `revision` the one that was read."""

    id: UUID
    new: bool
    title: str
    revision: int
    assistant_id: UUID | None
    answer_assistant_id: UUID
    answer_id: UUID
    prompt: PromptRecord | None
    replace_from: int | None
    model: str
    metadata: dict[str, JsonScalar]
    reasons: list[str]
    notices: list[str]


class IdempotencyRecord(Struct, frozen=True):
    """A caller's key and the keyed hash (hex) of what was asked with it."""

    caller: UUID
    key: str
    body_hash: str


class AdmissionRecord(Struct, frozen=True, kw_only=True):
    """The argument of `admit_request`. Credits are held for the prompt and up to `wanted_tokens` of answer.

    A `caller` that is not the person is one of the person's API keys: `admit_request` reads the rest of it (its end,
    its month's cap) itself. `key_chats` is how many answers may be written for it at once, None for any number.
    `names` is sealed: what names in the prompt stand for.
    """

    request_id: UUID
    organisation_id: UUID
    user_id: UUID
    caller: UUID
    key_chats: int | None
    process_id: UUID
    lease_seconds: int
    catalogue_version: int
    identity_version: int
    monthly_credits: Decimal
    limits: PlanLimits
    windows: list[Window]
    prompt_tokens: int
    fixed_credits: Decimal
    credits_per_token: Decimal
    wanted_tokens: int
    min_tokens: int
    conversation: ConversationRecord | None
    check: CheckRecord | None
    idempotency: IdempotencyRecord | None
    route: RouteDecision
    names: bytes | None = None


class AdmissionResult(Struct, frozen=True, kw_only=True):
    """What `admit_request` answers; which fields are set depends on `outcome`."""

    outcome: Literal[
        "admitted",
        "repeated",
        "stale_catalogue",
        "stale_identity",
        "stale_conversation",
        "no_conversation",
        "conversation_busy",
        "too_many_chats",
        "rate_limited",
        "out_of_credits",
    ]
    max_tokens: int = 0
    held: Decimal = Decimal(0)
    balance: Decimal = Decimal(0)
    windows: list[WindowState] = []
    request_id: UUID | None = None
    same: bool = False
    limit: int = 0
    whose: Literal["user", "key", "organisation"] = "user"
    what: str = ""
    seconds: int = 0
    retry_after: int = 0
    binding: Literal["balance", "day", "request", "key"] = "balance"
    spendable: Decimal = Decimal(0)
    needed: Decimal = Decimal(0)


class AttemptRecord(Struct, frozen=True, kw_only=True):
    """A `model_calls` row. Times are in milliseconds, `started_ms` from admission.

    `malformed` counts the frames that were skipped. `may_have_run`: it failed, yet the provider may bill it.
    """

    id: UUID
    attempt: int
    provider: str
    model: str
    model_id: UUID | None
    status: Literal["answered", "cancelled", "failed"]
    final: bool
    error_code: str | None
    fault: str | None
    started_ms: int
    latency_ms: int
    first_token_ms: int | None
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    image_tokens: int | None = None
    audio_tokens: int | None = None
    estimated: bool = False
    provider_request_id: str | None = None
    provider_cost: Decimal | None = None
    endpoint_id: UUID | None = None
    malformed: int = 0
    may_have_run: bool = False


class CostDocument(Struct, frozen=True, kw_only=True):
    """A `cost_records` row before it is known how much of it the hold covers."""

    model_call_id: UUID
    raw_cost: Decimal
    multiplier: Decimal
    factors: tuple[Factor, ...]
    credits_per_dollar: Decimal
    display_cost: Decimal
    price_version: int
    buckets: list[BucketCost]
    estimated: bool
    provider_cost: Decimal | None


class GuardRecord(Struct, frozen=True, kw_only=True):
    """The argument of `record_guard_call`: attempts at the guard, a request of their own, and what they cost."""

    request_id: UUID
    organisation_id: UUID
    user_id: UUID
    attempts: list[AttemptRecord]
    cost: CostDocument | None


class UsageDocument(Struct, frozen=True):
    """What the person is shown. `quantity` is of pictures where it is not all these tokens."""

    model: str
    prompt_tokens: int
    completion_tokens: int
    type: Literal["chat", "embedding", "image"] = "chat"
    quantity: int | None = None


class MessageDocument(Struct, frozen=True, kw_only=True):
    """What becomes of the answer's message."""

    content: str
    state: MessageState
    model: str
    reasons: list[str]
    notices: list[str]
    prompt_tokens: int | None
    completion_tokens: int | None
    estimated: bool
    finish_reason: FinishReason | None
    latency_ms: int
    first_token_ms: int | None
    failure: str | None


class StoredResult(Struct, frozen=True, kw_only=True):
    """What a repeated request with the same idempotency key is answered with; exactly one of the three is set.

    `body` is a whole JSON object of an API's, for what is no answer. `status` is an error's; by default
    that of one taken for lost, which is written without it.
    """

    answer: ChatAnswer | UnsetType = UNSET
    body: Raw | UnsetType = UNSET
    error: ErrorBody | UnsetType = UNSET
    status: int = 503


LOST = "The process that wrote this answer broke down. Nothing was charged for it. Send the prompt again."
"""What is said of an answer whose end nobody wrote."""


class LogRecord(Struct, frozen=True, kw_only=True):
    """One element of the argument of `save_answers`: what is new of a streamed answer's log.

    `text` is that of an edition from the character `start` on. `events` are all of them, each with its edition, offset
    and name, or none when they are as before. `ended`: the last one is among them.
    """

    organisation_id: UUID
    request_id: UUID
    user_id: UUID
    events: list[tuple[int, int, str, ChatEvent]]
    edition: int
    start: int
    text: str
    ended: bool = False


class SettlementRecord(Struct, frozen=True, kw_only=True):
    """One element of the argument of `settle_requests`.

    `log` is the end of a streamed answer's log. `lost` is how a log ends whose process is gone; what was saved there
    becomes the message's content. `abuse` is counted against who sent the request.
    """

    request_id: UUID
    organisation_id: UUID
    user_id: UUID
    assistant: str
    attempts: list[AttemptRecord]
    cost: CostDocument | None
    usage: UsageDocument | None
    message: MessageDocument | None
    result: StoredResult | None
    log: LogRecord | None = None
    lost: ErrorBody | None = None
    abuse: EventRecord | None = None


class Settled(Struct, frozen=True):
    """The outcome: `settled` is False when the request was settled before. `balance` is what can be spent."""

    settled: bool
    charged: Decimal
    balance: Decimal
