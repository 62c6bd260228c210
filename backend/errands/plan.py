"""Deciding which models may be asked for an errand, in which order. Pure."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.assistants.pick import DIRECT
from backend.catalogue.snapshot import Catalogue, Model
from backend.chat.history import total
from backend.chat.order import Route
from backend.chat.plan import by_circuit, named_models, nothing_can_answer, routes_of
from backend.entitlements.plans import AUTO, Entitlement
from backend.errands.order import Errand
from backend.errands.work import Counts
from backend.metering.display_cost import display_rate
from backend.policy.choose import Ask, HealthByKey, choose
from backend.policy.preferences import Length, obstacle
from backend.policy.strategies import IN_WORDS
from backend.policy.tasks import Task, require_allowed
from backend.precheck.tokens.estimate import Size
from shared.admin import RouteDecision
from shared.chat import Strategy
from shared.precheck import Complexity


class DecidedErrand(Struct, frozen=True, kw_only=True):
    """The decision, ready to be admitted."""

    routes: tuple[Route, ...]
    reasons: tuple[str, ...]
    decision: RouteDecision


def decide(
    catalogue: Catalogue,
    entitlement: Entitlement,
    health: HealthByKey,
    errand: Errand,
    sizes: tuple[Size, ...],
    organisation_id: UUID,
    credits_per_dollar: Decimal,
) -> DecidedErrand:
    """`sizes` are those of each of its words.

    Raises `NotFound`, `PlanForbidsTask`, `PlanForbidsModel`, `ModelDisabled`, `ModelIncapable`, `ContextTooLong` or
    `NoRoute`.
    """
    work, preferences = errand.work, errand.preferences
    if work.task is not None:
        require_allowed(Task(work.task, 1.0), entitlement, catalogue.plans)
    counts = Counts(sizes)
    names = [catalogue.meant_by(name, organisation_id) for name in errand.models]
    named = named_models([] if names == [AUTO] else names, catalogue, entitlement, work.model_type)
    strategy = errand.strategy or Strategy.BALANCED
    ask = Ask(
        assistant=DIRECT,
        complexity=Complexity.SIMPLE,
        prompt_tokens=lambda model: sum(counts.of(model)),
        needs=frozenset(),
        strategy=strategy,
        models=named,
        refuses=_refuses(errand, counts, catalogue, entitlement, credits_per_dollar),
        place=preferences.place if preferences.order else None,
        model_type=work.model_type,
        read_tokens=lambda model: work.longest(counts.of(model)),
        pictures=work.pictures,
    )
    choice = choose(ask, catalogue, entitlement, health)
    if not choice.chain:
        raise nothing_can_answer(choice, ask, catalogue, entitlement, health)
    whole = total(sizes)
    routes = by_circuit(
        (
            structs.replace(route, tariff=work.tariff(counts.of(route.model), route.price, route.rate))
            for ranked in choice.chain
            for route in routes_of(ranked.model, catalogue, entitlement, DIRECT, whole, credits_per_dollar)
        ),
        health,
    )
    if not preferences.allow_fallbacks:
        routes = routes[:1]
    reasons = (_reason(routes[0].model, strategy, entitlement, chosen=bool(named)),)
    return DecidedErrand(
        routes=routes,
        reasons=reasons,
        decision=RouteDecision(
            strategy=strategy,
            assistant=DIRECT.family,
            assistant_chosen=True,
            model_chosen=bool(named),
            complexity=Complexity.SIMPLE,
            chain=[ranked.candidate for ranked in choice.chain],
            rejected=list(choice.rejected),
            reasons=list(reasons),
            max_tokens=0,
            prompt_tokens=routes[0].prompt_tokens,
        ),
    )


def _refuses(
    errand: Errand,
    counts: Counts,
    catalogue: Catalogue,
    entitlement: Entitlement,
    credits_per_dollar: Decimal,
) -> Callable[[Model], str | None]:
    """Why a model cannot be asked, or is not what the caller wants."""
    work, preferences = errand.work, errand.preferences

    def refuses(model: Model) -> str | None:
        rate = display_rate(
            catalogue,
            plan=entitlement.plan_slug,
            model=model.name,
            family=DIRECT.family,
            credits_per_dollar=credits_per_dollar,
        )
        unknown = work.unspoken(model.provider) if preferences.require_parameters else ()
        length = Length(prompt=sum(counts.of(model)), answer=0)
        return work.shortcoming(model.provider) or obstacle(preferences, model, rate, unknown, length)

    return refuses


def _reason(model: Model, strategy: Strategy, entitlement: Entitlement, *, chosen: bool) -> str:
    if chosen:
        return f"You chose {model.display_name}."
    return f"Of the models in your {entitlement.plan_name} plan, {model.display_name} gives {IN_WORDS[strategy]}."
