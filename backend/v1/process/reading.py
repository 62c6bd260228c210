"""From a request to `/v1/ai/process` to an inquiry. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from backend.amounts import check_credits
from backend.catalogue.aliases import ASSISTANT_PREFIX
from backend.catalogue.snapshot import Catalogue
from backend.chat.inquiry import Inquiry, Manner
from backend.entitlements.plans import AUTO
from backend.errors import Conflict, InvalidRequest
from backend.policy.preferences import Preferences
from backend.providers.calls import AnswerFormat, Turn
from backend.v1.process.instructions import instructions
from backend.v1.process.request import CostPreference, ProcessContext, ProcessRequest, QualityPreference
from shared.catalogue import ServiceType
from shared.chat import Strategy
from shared.messages import Role

LEAST_COST = Decimal("0.000001")

STRATEGIES: dict[tuple[CostPreference | None, QualityPreference | None], Strategy] = {
    (None, "fast"): Strategy.PERFORMANCE_FIRST,
    (None, "balanced"): Strategy.BALANCED,
    (None, "best"): Strategy.QUALITY_FIRST,
    ("low", None): Strategy.COST_OPTIMIZED,
    ("low", "fast"): Strategy.COST_OPTIMIZED,
    ("low", "balanced"): Strategy.COST_OPTIMIZED,
    ("low", "best"): Strategy.QUALITY_FIRST,
    ("balanced", None): Strategy.BALANCED,
    ("balanced", "fast"): Strategy.PERFORMANCE_FIRST,
    ("balanced", "balanced"): Strategy.BALANCED,
    ("balanced", "best"): Strategy.QUALITY_FIRST,
    ("high-quality", None): Strategy.QUALITY_FIRST,
    ("high-quality", "fast"): Strategy.PERFORMANCE_FIRST,
    ("high-quality", "balanced"): Strategy.QUALITY_FIRST,
    ("high-quality", "best"): Strategy.QUALITY_FIRST,
}
"""What is favoured. Without either preference it is what every request favours."""


def inquiry_of(request: ProcessRequest, catalogue: Catalogue, organisation_id: UUID) -> Inquiry:
    """What is asked. Raises `InvalidRequest` for what cannot be done and `Conflict` for an assistant turned off."""
    constraints, options, preferences = request.constraints, request.options, request.preferences
    check_credits(constraints.max_cost, "maxCost", least=LEAST_COST)
    tokens = [most for most in (constraints.max_tokens, options.max_tokens) if most is not None]
    assistant, models = _wanted(request, catalogue, organisation_id)
    said = instructions(request)
    system = (Turn(Role.SYSTEM, said),) if said else ()
    return Inquiry(
        body=request,
        assistant=assistant,
        models=models,
        requested=options.model,
        turns=(*system, Turn(Role.USER, request.prompt)),
        manner=Manner(
            max_tokens=min(tokens) if tokens else None,
            temperature=options.temperature,
            format=AnswerFormat() if options.format == "json" else None,
        ),
        preferences=Preferences(
            order=_services(preferences.preferred_services, "preferredServices", catalogue, organisation_id),
            ignore=frozenset(_services(constraints.excluded_services, "excludedServices", catalogue, organisation_id)),
            most_credits=constraints.max_cost,
        ),
        stream=options.stream,
        strategy=STRATEGIES.get((preferences.cost_preference, preferences.quality_preference)),
        metadata=labels(request.context),
        needs=frozenset(constraints.required_features or ()),
        within=constraints.max_response_time / 1000 if constraints.max_response_time is not None else None,
    )


def labels(context: ProcessContext) -> dict[str, str]:
    """What the caller calls user, project and session: kept, and no more than that."""
    given = {"userId": context.user_id, "projectId": context.project_id, "sessionId": context.session_id}
    return {name: label for name, label in given.items() if label is not None}


def _wanted(request: ProcessRequest, catalogue: Catalogue, organisation_id: UUID) -> tuple[str, tuple[str, ...]]:
    """The assistant, and the models if any are named."""
    name, kind = request.options.model, request.service_type
    meant = catalogue.meant_by(name, organisation_id) if name is not None else AUTO
    if meant.startswith(ASSISTANT_PREFIX):
        if kind is not None:
            raise InvalidRequest(f"serviceType and {meant[:120]} both choose the assistant. Give one of them.")
        return meant.removeprefix(ASSISTANT_PREFIX), ()
    return _assistant(kind, catalogue), () if name is None else (name,)


def _assistant(kind: ServiceType | None, catalogue: Catalogue) -> str:
    wanted = kind or ServiceType.CUSTOM
    family = catalogue.service_types.get(wanted.value, AUTO)
    if family != AUTO and catalogue.assistant(family) is None:
        raise Conflict(f"The assistant for {wanted.value} is turned off. Ask your admin, or give another serviceType.")
    return family


def _services(names: Sequence[str] | None, where: str, catalogue: Catalogue, organisation_id: UUID) -> tuple[str, ...]:
    """The names of providers and models, with aliases resolved."""
    names = names or ()
    found = [catalogue.meant_by(name, organisation_id) for name in names]
    known = {provider.name for provider in catalogue.providers} | {model.name for model in catalogue.models}
    for given, name in zip(names, found, strict=True):
        if name not in known:
            raise InvalidRequest(
                f"{where} names {given[:120]}, which is no provider or model. GET /api/ai/models lists the models."
            )
    return tuple(found)
