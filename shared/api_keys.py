"""API keys: how programs ask in a person's name."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.wire import Answer, Credits, Instant, Request

KeyName = Annotated[str, Meta(min_length=1, max_length=80)]
ModelNames = Annotated[list[str], Meta(min_length=1, max_length=200)]
PerWindow = Annotated[int, Meta(ge=1, le=1_000_000_000)]


class Scope(StrEnum):
    """What a key may be used for. Everything else needs a person."""

    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    IMAGES = "images"
    USAGE = "usage"
    MODELS = "models"


Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=len(Scope))]


class KeyLimits(Request, frozen=True, kw_only=True):
    """How many requests a key may make in each minute, hour and day of the clock, UTC, beside its person's own limits.

    Counted are requests that ask a model, and prechecks.
    """

    per_minute: PerWindow = 60
    per_hour: PerWindow = 1_000
    per_day: PerWindow = 10_000


class Renewal(Request, frozen=True, kw_only=True):
    """`days_before` a key would expire, it is made to last `period_days` longer, again and again.

    The secret stays the same (rotation changes it). A key that was revoked, that has expired while nothing ran, or
    whose person is suspended is not renewed.
    """

    period_days: Annotated[int, Meta(ge=2, le=366)]
    days_before: Annotated[int, Meta(ge=1, le=30)] = 7


class NewApiKey(Request, frozen=True, kw_only=True):
    """A key for these scopes. Without `allowed_models` it may use every model of its person's plan.

    `monthly_credits` caps what it spends in a calendar month, UTC. `renewal` needs `expires_at`.
    """

    name: KeyName
    scopes: Scopes
    allowed_models: ModelNames | None = None
    expires_at: Instant | None = None
    limits: KeyLimits = KeyLimits()
    monthly_credits: Credits | None = None
    renewal: Renewal | None = None


class ApiKeyChange(Request, frozen=True, kw_only=True):
    """What to change of a key; what is left out stays. null takes a restriction away."""

    name: KeyName | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    allowed_models: ModelNames | None | UnsetType = UNSET
    expires_at: Instant | None | UnsetType = UNSET
    limits: KeyLimits | UnsetType = UNSET
    monthly_credits: Credits | None | UnsetType = UNSET
    renewal: Renewal | None | UnsetType = UNSET


class Rotation(Request, frozen=True, kw_only=True):
    """For how long the secrets of before stay good beside the new one; 0 ends them at once."""

    overlap_hours: Annotated[int, Meta(ge=0, le=720)] = 24


class ApiKeyView(Answer, frozen=True, kw_only=True):
    """A key. Its secret was shown once; `prefix` is how the newest one begins.

    `credits_this_month` is what it spent, with what its running requests hold. `last_used_at` is true to about a
    minute. `earlier_secrets_until` is when the last secret that was rotated out ends, absent when none is good.
    """

    id: UUID
    name: str
    prefix: str
    state: Literal["active", "expired", "revoked"]
    scopes: list[Scope]
    allowed_models: list[str] | None
    limits: KeyLimits
    monthly_credits: Credits | None
    credits_this_month: Credits
    renewal: Renewal | None
    created_at: Instant
    expires_at: Instant | None
    renewed_at: Instant | None
    rotated_at: Instant | None
    earlier_secrets_until: Instant | None
    revoked_at: Instant | None
    last_used_at: Instant | None


class SecretApiKey(ApiKeyView, frozen=True, kw_only=True):
    """A key with its secret, `key`, which is shown this once."""

    key: str

    def __repr__(self) -> str:
        return f"SecretApiKey({self.id})"


class AdminApiKey(ApiKeyView, frozen=True, kw_only=True):
    """A key with its person, for admins."""

    user_id: UUID
    user_email: str
