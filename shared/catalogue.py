"""Assistants, models and providers."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from shared.precheck import Category
from shared.wire import Answer, Dollars, Instant, Reason, Request

Dialect = Literal["openai", "anthropic", "gemini", "cohere"]
Tokens = Annotated[int, Meta(ge=1, le=100_000_000)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Slug = Annotated[str, Meta(min_length=1, max_length=120, pattern="^[A-Za-z0-9][A-Za-z0-9._:/@-]*$")]
BaseUrl = Annotated[str, Meta(max_length=500)]
Seconds = Annotated[float, Meta(ge=0.1, le=600)]
Quality = Annotated[float, Meta(ge=0, le=1)]


class LatencyTier(StrEnum):
    """How soon a model answers."""

    FAST = "fast"
    MEDIUM = "medium"
    SLOW = "slow"


class Capability(StrEnum):
    """What a model can do beside reading and writing text."""

    VISION = "vision"
    IMAGE_OUTPUT = "image_output"
    TOOLS = "tools"
    JSON = "json"
    REASONING = "reasoning"
    CODE = "code"
    LONG_CONTEXT = "long_context"
    TRANSLATION = "translation"
    PREFILL = "prefill"
    """Goes on from the beginning of an answer, given as the last turn."""


class AssistantView(Answer, frozen=True, kw_only=True):
    """An assistant family somebody can choose. `locked` says why not, `plan` which plan has it.

    `task_categories` are the tasks it takes, null for all.
    """

    id: UUID
    family: str
    name: str
    purpose: str
    icon: str
    locked: str | None = None
    plan: str | None = None
    task_categories: list[Category] | None = None


class ModelView(Answer, frozen=True, kw_only=True):
    """A model somebody can choose; prices are not theirs to see. `why` says what stands in the way."""

    id: UUID
    name: str
    display_name: str
    provider: str
    family: str
    context_window: int
    latency_tier: LatencyTier
    capabilities: list[Capability]
    available: bool = True
    why: str | None = None
    plan: str | None = None


class Prices(Answer, frozen=True, kw_only=True):
    """Dollars per million tokens of each disjoint bucket; `request` per call, `image` per picture made."""

    input: Dollars | None = None
    cached_input: Dollars | None = None
    cache_write: Dollars | None = None
    output: Dollars | None = None
    reasoning: Dollars | None = None
    audio: Dollars | None = None
    image: Dollars | None = None
    request: Dollars | None = None


class AdminEndpoint(Answer, frozen=True, kw_only=True):
    """An address of a provider. Enabled ones are tried in the order in which they were added."""

    id: UUID
    base_url: str
    region: str
    enabled: bool
    created_at: Instant


class NewEndpoint(Request, frozen=True, kw_only=True):
    """A further address at which a provider serves the same models with the same key."""

    base_url: BaseUrl
    region: Annotated[str, Meta(max_length=60)] = ""
    reason: Reason


class EndpointSwitch(Request, frozen=True, kw_only=True):
    """Whether calls may go to an endpoint."""

    enabled: bool
    reason: Reason


class AdminProvider(Answer, frozen=True, kw_only=True):
    """A provider as admins see it; the key itself is never shown."""

    id: UUID
    name: str
    display_name: str
    dialect: Dialect
    api_base_url: str
    status: Literal["active", "disabled"]
    allow_private_network: bool
    has_key: bool
    key_source: Literal["environment", "stored", "none", "not_needed"]
    usable: bool
    why: str | None
    model_count: int
    created_at: Instant
    endpoints: list[AdminEndpoint] = []
    collects_data: bool = True


class ProviderWrite(Request, frozen=True, kw_only=True):
    """A new provider, or what to change of one. `api_key` is stored encrypted and never shown; null removes it.

    `collects_data`: it may keep what it is sent; callers can refuse such providers.
    """

    reason: Reason
    name: Slug | UnsetType = UNSET
    display_name: Name | UnsetType = UNSET
    dialect: Dialect | UnsetType = UNSET
    api_base_url: BaseUrl | UnsetType = UNSET
    api_key: Annotated[str, Meta(min_length=1, max_length=4000)] | None | UnsetType = UNSET
    status: Literal["active", "disabled"] | UnsetType = UNSET
    allow_private_network: bool | UnsetType = UNSET
    collects_data: bool | UnsetType = UNSET


class CallLimits(Request, frozen=True, kw_only=True):
    """How long to wait for a model, in seconds; what is absent is as usual: 5, 10, 10 and 15.

    `connect`: for a connection. `first_byte`: from asking until the response begins. `first_token`: from there to the
    first token. `inter_token`: between tokens.
    """

    connect: Seconds | None = None
    first_byte: Seconds | None = None
    first_token: Seconds | None = None
    inter_token: Seconds | None = None


class AdminModel(Answer, frozen=True, kw_only=True):
    """A model with everything an admin sets. `price_missing` names the buckets without a price.

    Its tokens are estimated as `tokenizer` would count them, times `token_ratio`: what its provider was seen to count
    in `token_samples` answers for each token estimated; null until there are enough.
    """

    id: UUID
    provider_id: UUID
    provider: str
    provider_name: str
    name: str
    display_name: str
    upstream_name: str
    family: str
    model_type: Literal["chat", "image", "embedding"]
    context_window: int
    max_output_tokens: int
    supports_images: bool
    capabilities: list[Capability]
    latency_tier: LatencyTier
    quality: float
    tags: list[str]
    source: str
    active: bool
    usable: bool
    why: str | None
    prices: Prices | None
    price_version: int | None
    priced_at: Instant | None
    price_missing: list[str]
    multiplier: Decimal
    calls_7_days: int
    limits: CallLimits = CallLimits()
    tokenizer: str = ""
    token_ratio: float | None = None
    token_samples: int = 0


class ModelWrite(Request, frozen=True, kw_only=True):
    """A new model, or what to change of one. Prices make a new price version; old calls keep theirs.

    `limits` replaces all of them.
    """

    reason: Reason
    provider_id: UUID | UnsetType = UNSET
    name: Slug | UnsetType = UNSET
    display_name: Name | UnsetType = UNSET
    upstream_name: Slug | UnsetType = UNSET
    family: Slug | UnsetType = UNSET
    model_type: Literal["chat", "image", "embedding"] | UnsetType = UNSET
    context_window: Tokens | UnsetType = UNSET
    max_output_tokens: Tokens | UnsetType = UNSET
    supports_images: bool | UnsetType = UNSET
    capabilities: list[Capability] | UnsetType = UNSET
    latency_tier: LatencyTier | UnsetType = UNSET
    quality: Quality | UnsetType = UNSET
    tags: Annotated[list[Name], Meta(max_length=20)] | UnsetType = UNSET
    prices: Prices | UnsetType = UNSET
    limits: CallLimits | UnsetType = UNSET


class Activation(Request, frozen=True, kw_only=True):
    """Turns a model on or off."""

    active: bool
    reason: Reason


class AdminAssistant(Answer, frozen=True, kw_only=True):
    """An assistant family with everything an admin sets."""

    id: UUID
    family: str
    name: str
    purpose: str
    icon: str
    system_prompt: str
    default_task_types: list[Category]
    preferred_traits: list[Capability]
    enabled: bool
    rank: int
    task_categories: list[Category] | None = None


class AssistantWrite(Request, frozen=True, kw_only=True):
    """A new assistant, or what to change of one. `task_categories` null takes every task."""

    reason: Reason
    family: Slug | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    purpose: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    icon: Slug | UnsetType = UNSET
    system_prompt: Annotated[str, Meta(max_length=20_000)] | UnsetType = UNSET
    default_task_types: list[Category] | UnsetType = UNSET
    preferred_traits: list[Capability] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    rank: int | UnsetType = UNSET
    task_categories: Annotated[list[Category], Meta(min_length=1)] | None | UnsetType = UNSET


class ModelAlias(Answer, frozen=True, kw_only=True):
    """What a name stands for, in one organisation or (null) in all of them."""

    id: UUID
    organisation_id: UUID | None
    alias: str
    target: str


class ServiceType(StrEnum):
    """What kind of text a program wants from `/v1/ai/process`."""

    CONTENT_GENERATION = "content_generation"
    BLOG = "blog"
    OUTREACH = "outreach"
    SEO = "seo"
    SOCIAL_MEDIA = "social_media"
    CUSTOM = "custom"


class ServiceTypeMapping(Answer, frozen=True, kw_only=True):
    """The assistant family that handles a service type."""

    service_type: ServiceType
    assistant: str


class ServiceTypeWrite(Request, frozen=True, kw_only=True):
    """Sets which assistant family handles a service type; `auto` lets each prompt decide."""

    service_type: ServiceType
    assistant: Slug
    reason: Reason


class AliasWrite(Request, frozen=True, kw_only=True):
    """Sets what a name stands for: a model's name, `auto`, or `assistant:` with a family."""

    alias: Slug
    target: Slug
    organisation_id: UUID | None = None
    reason: Reason


class AliasRemoval(Request, frozen=True, kw_only=True):
    """Why an alias is removed."""

    reason: Reason


class Multiplier(Answer, frozen=True, kw_only=True):
    """A named factor of the display cost: of a plan, a model or an assistant family."""

    id: UUID
    kind: Literal["plan", "model", "family"]
    target: str
    factor: Decimal
    updated_at: Instant


class MultiplierWrite(Request, frozen=True, kw_only=True):
    """Sets the factor of `target` (a plan's slug, a model's name or an assistant family); at least 0, at most 1000."""

    kind: Literal["plan", "model", "family"]
    target: str
    factor: Decimal
    reason: Reason
