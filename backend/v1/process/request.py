"""What is sent to `/v1/ai/process`. Every field may be written in snake_case, too."""

from typing import Annotated, Literal

from msgspec import Meta

from shared.catalogue import Capability, ServiceType
from shared.wire import Credits, Request

Label = Annotated[str, Meta(min_length=1, max_length=512)]
Words = Annotated[str, Meta(min_length=1, max_length=4000)]
Named = Annotated[str, Meta(min_length=1, max_length=200)]
Services = Annotated[list[Named], Meta(max_length=20)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000)]
CostPreference = Literal["low", "balanced", "high-quality"]
QualityPreference = Literal["fast", "balanced", "best"]


class EarlierRequest(Request, frozen=True, kw_only=True, rename="camel"):
    """What was asked before, with its answer if there was one."""

    prompt: Words
    answer: Words | None = None


class ProcessContext(Request, frozen=True, kw_only=True, rename="camel"):
    """What the prompt belongs to.

    `userId`, `projectId` and `sessionId` are labels: given back as they are, never taken for who asks. The others
    are told to the model before the prompt, after the assistant's own instructions, and count as tokens of it.
    """

    user_id: Label | None = None
    project_id: Label | None = None
    session_id: Label | None = None
    brand_voice: Words | None = None
    target_audience: Words | None = None
    previous_requests: Annotated[list[Words | EarlierRequest], Meta(max_length=50)] | None = None


class ProcessPreferences(Request, frozen=True, kw_only=True, rename="camel"):
    """What is liked, if it can be had.

    `preferredServices` are providers or models in the order in which they are asked. `costPreference` and
    `qualityPreference` together choose what is favoured. `language` and `style` are told to the model.
    """

    preferred_services: Services | None = None
    cost_preference: CostPreference | None = None
    quality_preference: QualityPreference | None = None
    language: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    style: Annotated[str, Meta(min_length=1, max_length=500)] | None = None


class ProcessConstraints(Request, frozen=True, kw_only=True, rename="camel"):
    """What must hold.

    `maxCost` is in credits (a number, or a string for exact decimals), for the answer and its alternatives together.
    `maxResponseTime` is in milliseconds: what is not whole by then fails, and costs nothing. `requiredFeatures` are
    capabilities of the model. `excludedServices` are providers or models.
    """

    max_cost: Credits | None = None
    max_tokens: Tokens | None = None
    max_response_time: Annotated[int, Meta(ge=1, le=3_600_000)] | None = None
    required_features: Annotated[list[Capability], Meta(max_length=20)] | None = None
    excluded_services: Services | None = None


class ProcessOptions(Request, frozen=True, kw_only=True, rename="camel"):
    """How the answer is given.

    With `format` json, `data` is a JSON value. `model` is a catalogue name, an alias, `auto` or `assistant:<family>`
    (which `serviceType` must not be given with).
    Of `maxTokens` here and in the constraints the lower one counts. `alternatives` says how many other models are to
    answer as well; each is a request of its own, and paid.
    """

    stream: bool = False
    format: Literal["json", "text", "markdown"] | None = None
    temperature: Annotated[float, Meta(ge=0, le=2)] | None = None
    max_tokens: Tokens | None = None
    model: Named | None = None
    alternatives: Annotated[int, Meta(ge=0, le=2)] = 0


class ProcessRequest(Request, frozen=True, kw_only=True, rename="camel"):
    """Something to write. Every field may be named in camelCase or in snake_case (`serviceType`, `service_type`)."""

    prompt: Annotated[str, Meta(min_length=1)]
    context: ProcessContext = ProcessContext()
    service_type: ServiceType | None = None
    preferences: ProcessPreferences = ProcessPreferences()
    constraints: ProcessConstraints = ProcessConstraints()
    options: ProcessOptions = ProcessOptions()
