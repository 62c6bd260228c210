"""The one error shape and its codes."""

from enum import StrEnum

from msgspec import UNSET, UnsetType

from shared.routing import Routing
from shared.wire import Answer

JsonScalar = str | int | float | bool | None


class ErrorCode(StrEnum):
    """Stable names of everything that can go wrong; clients may match on them."""

    INVALID_REQUEST = "invalid_request"
    NOT_SIGNED_IN = "not_signed_in"
    WRONG_CREDENTIALS = "wrong_credentials"
    ACCOUNT_SUSPENDED = "account_suspended"
    SIGNUP_CLOSED = "signup_closed"
    OUT_OF_CREDITS = "out_of_credits"
    NOT_ALLOWED = "not_allowed"
    PLAN_FORBIDS_MODEL = "plan_forbids_model"
    PLAN_FORBIDS_FAMILY = "plan_forbids_family"
    PLAN_FORBIDS_TASK = "plan_forbids_task"
    ASSISTANT_REFUSES_TASK = "assistant_refuses_task"
    CONTEXT_TOO_LONG = "context_too_long"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CONFLICT = "conflict"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    TOO_LARGE = "too_large"
    RISK_BLOCKED = "risk_blocked"
    PERSONAL_DATA = "personal_data"
    RATE_LIMITED = "rate_limited"
    TOO_MANY_CHATS = "too_many_chats"
    PAUSED = "paused"
    SPENDING_CAP = "spending_cap"
    MODEL_DISABLED = "model_disabled"
    MODEL_UNPRICED = "model_unpriced"
    MODEL_INCAPABLE = "model_incapable"
    CONTENT_FILTERED = "content_filtered"
    PROVIDER_FAILED = "provider_failed"
    PROVIDER_TIMEOUT = "provider_timeout"
    TOO_LATE = "too_late"
    NO_ROUTE = "no_route"
    UNAVAILABLE = "unavailable"
    INTERRUPTED = "interrupted"
    INTERNAL = "internal"


class ErrorBody(Answer, frozen=True, kw_only=True):
    """What happened and what to do next. `retry_after` is in seconds; `routing` is there when models were tried."""

    code: ErrorCode
    message: str
    retryable: bool = False
    retry_after: int | None = None
    details: dict[str, JsonScalar | list[str]] = {}
    request_id: str | None = None
    routing: Routing | UnsetType = UNSET


class ErrorEnvelope(Answer, frozen=True, kw_only=True):
    """The whole body of every error response outside the OpenAI-compatible routes."""

    error: ErrorBody
