"""Deciding: precheck, assistant, entitlement and policy in order, from what was asked to the routes. Pure.

(The pipeline does the same stages around it with their effects; the precheck's strip uses this part alone.)
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from msgspec import Struct, structs

from backend.assistants.pick import Picked, pick, wanted_assistant
from backend.catalogue.aliases import ASSISTANT_PREFIX
from backend.catalogue.snapshot import Assistant, Catalogue, Model
from backend.chat.answer_length import likely_answer
from backend.chat.history import Fitted, fit, tools_size, turn_size, whole_size
from backend.chat.inquiry import Inquiry, Manner
from backend.chat.likely import Likely, likely
from backend.chat.order import Route
from backend.chat.prompt import Prompt
from backend.entitlements.plans import AUTO, Entitlement, lowest_plan_with_model
from backend.errors import AppError, NotFound, Unavailable
from backend.metering.display_cost import display_rate, tariff
from backend.policy.choose import HEALTHY, SHORTEST_ANSWER, Ask, Choice, HealthByKey, ModelType, choose, usable_context
from backend.policy.errors import (
    AssistantRefusesTask,
    ContextTooLong,
    ModelDisabled,
    ModelIncapable,
    NoRoute,
    PlanForbidsModel,
    PlanForbidsTask,
)
from backend.policy.preferences import ANY, Length, Preferences, obstacle
from backend.policy.strategies import IN_WORDS
from backend.policy.tasks import Task, takes
from backend.precheck.finding import Finding
from backend.precheck.service import Checked
from backend.precheck.tokens.estimate import Size
from backend.providers.calls import Picture, Target, Turn
from backend.providers.circuits import CircuitState
from backend.providers.registry import unspoken
from shared.admin import RouteDecision
from shared.catalogue import Capability
from shared.chat import Strategy
from shared.messages import Role

DEFAULT_ANSWER = 2048
"""Tokens asked for when the caller does not say how many."""

ESTIMATE_MARGIN = 8
"""One part in so many of the context is kept free, because token counts are estimates."""


class Wish(Struct, frozen=True, kw_only=True):
    """What the caller chose beside the prompt. `models` are in the order of preference; none: the policy chooses."""

    assistant: Assistant | None
    models: tuple[Model, ...]
    strategy: Strategy
    manner: Manner
    preferences: Preferences
    needs: frozenset[Capability] = frozenset()


class Decided(Struct, frozen=True, kw_only=True):
    """The decision, ready to be admitted. `wanted_tokens` is what the answer may have before credits clamp it.

    `likely` is what the first route is likely to cost, `runner_up` the same of the next model.
    """

    assistant: Assistant
    recommended: Assistant | None
    routes: tuple[Route, ...]
    reserve: tuple[Route, ...]
    turns: tuple[Turn, ...]
    prompt_tokens: int
    wanted_tokens: int
    reasons: tuple[str, ...]
    notices: tuple[str, ...]
    decision: RouteDecision
    likely: Likely
    runner_up: Likely | None


def wish(catalogue: Catalogue, entitlement: Entitlement, inquiry: Inquiry, organisation_id: UUID) -> Wish:
    """Resolves names and aliases. Raises `NotFound`, `PlanForbidsFamily`, `PlanForbidsModel` or `ModelDisabled`."""
    assistant, names = inquiry.assistant, [catalogue.meant_by(name, organisation_id) for name in inquiry.models]
    if len(names) == 1 and names[0].startswith(ASSISTANT_PREFIX):
        assistant, names = names[0].removeprefix(ASSISTANT_PREFIX), []
    if names == [AUTO]:
        names = []
    return Wish(
        assistant=wanted_assistant(catalogue, entitlement, assistant),
        models=named_models(names, catalogue, entitlement),
        strategy=inquiry.strategy or Strategy.BALANCED,
        manner=inquiry.manner,
        preferences=inquiry.preferences,
        needs=inquiry.needs,
    )


def judged(
    catalogue: Catalogue, entitlement: Entitlement, wished: Wish, checked: Checked, accept_language: str = ""
) -> Checked:
    """The check with what is done about its risk, by the assistant that would answer and the plan."""
    try:
        family = _picked(catalogue, entitlement, wished, checked.finding).assistant.family
    except (Unavailable, PlanForbidsTask, AssistantRefusesTask):
        family = None
    return checked.judged(catalogue.risks, family, entitlement.plan_slug, accept_language)


def named_models(
    names: Sequence[str], catalogue: Catalogue, entitlement: Entitlement, model_type: ModelType = "chat"
) -> tuple[Model, ...]:
    """The models of these names; the usable ones when there are any, else the first one's obstacle is raised."""
    found: list[Model] = []
    for name in names:
        model = catalogue.model(name)
        if model is None or model.model_type != model_type:
            where = "/api/ai/models" if model_type == "chat" else "/v1/models"
            raise NotFound(
                f"There is no such {model_type} model. GET {where} lists them.", details={"model": name[:120]}
            )
        if model not in found:
            found.append(model)
    usable = [model for model in found if model.usable and entitlement.allows_model(model)]
    if found and not usable:
        require_usable(found[0], catalogue, entitlement)
    return tuple(usable)


def require_usable(model: Model, catalogue: Catalogue, entitlement: Entitlement) -> None:
    """Raises `PlanForbidsModel` or `ModelDisabled` for a model that somebody with this entitlement cannot use."""
    if entitlement.key_forbids(model):
        raise PlanForbidsModel(
            f"This API key does not allow {model.display_name}. Its owner can change that.",
            details={"model": model.name},
        )
    if not entitlement.allows_model(model):
        plan = lowest_plan_with_model(catalogue.plans, model.name)
        where = f" It comes with the {plan.name} plan; you can request it." if plan is not None else ""
        raise PlanForbidsModel(
            f"{model.display_name} is not in your {entitlement.plan_name} plan.{where}",
            details={"model": model.name, "plan": plan.slug if plan is not None else None},
        )
    if not model.usable:
        raise ModelDisabled(
            f"{model.display_name} cannot be used at the moment. Choose another model, or none and let Fairlead pick.",
            details={"model": model.name},
        )


def decide(
    catalogue: Catalogue,
    entitlement: Entitlement,
    health: HealthByKey,
    wished: Wish,
    prompt: Prompt,
    checked: Checked,
    credits_per_dollar: Decimal,
) -> Decided:
    """The whole decision. Raises `ContextTooLong`, `NoRoute`, `PlanForbidsModel` or `Unavailable`."""
    finding = checked.finding
    picked = _picked(catalogue, entitlement, wished, finding)
    turns = with_system_prompt(picked.assistant, prompt.turns)
    tools = tools_size(wished.manner.tools)
    whole = whole_size(turns) + tools
    ask = Ask(
        assistant=picked.assistant,
        complexity=finding.complexity,
        prompt_tokens=lambda model: model.tokens(whole),
        needs=_needs(wished, turns),
        strategy=wished.strategy,
        models=wished.models,
        wanted_tokens=wished.manner.max_tokens,
        refuses=_refuses(wished, turns, whole, catalogue, entitlement, picked.assistant, credits_per_dollar),
        place=wished.preferences.place if wished.preferences.order else None,
    )
    choice = choose(ask, catalogue, entitlement, health)
    fitted = Fitted(turns, whole, prompt.unread)
    if not choice.chain and choice.too_long_for and prompt.thread is not None:
        roomiest = max(choice.too_long_for, key=lambda model: usable_context(model, entitlement))
        room = usable_context(roomiest, entitlement)
        room -= room // ESTIMATE_MARGIN
        left = room - roomiest.tokens(tools) - SHORTEST_ANSWER - _answer_room(wished.manner.max_tokens, room)
        kept = fit(turns, list(map(turn_size, turns)), left, roomiest.tokens)
        fitted = Fitted(kept.turns, kept.size + tools, kept.left_out + prompt.unread)
        ask = structs.replace(ask, prompt_tokens=lambda model: model.tokens(fitted.size))
        choice = choose(ask, catalogue, entitlement, health)
    if not choice.chain:
        raise nothing_can_answer(choice, ask, catalogue, entitlement, health)
    routes = by_circuit(
        (
            route
            for ranked in choice.chain
            for route in routes_of(
                ranked.model, catalogue, entitlement, picked.assistant, fitted.size, credits_per_dollar
            )
        ),
        health,
    )
    if not wished.preferences.allow_fallbacks:
        routes = routes[:1]
    first, prompt_tokens = routes[0].model, routes[0].prompt_tokens
    wanted = min(
        wished.manner.max_tokens or DEFAULT_ANSWER,
        first.max_output_tokens,
        usable_context(first, entitlement) - prompt_tokens,
    )
    span = likely_answer(finding.category, finding.complexity, catalogue.answer_lengths)
    reasons = _reasons(picked, wished, finding.category.replace("_", " "), finding.complexity, first, entitlement)
    return Decided(
        assistant=picked.assistant,
        recommended=recommendation(finding, catalogue),
        routes=routes,
        reserve=by_circuit(
            (
                route
                for model in choice.roomier
                for route in routes_of(model, catalogue, entitlement, picked.assistant, fitted.size, credits_per_dollar)
            ),
            health,
        ),
        turns=fitted.turns,
        prompt_tokens=prompt_tokens,
        wanted_tokens=max(1, wanted),
        reasons=reasons,
        notices=_notices(fitted.left_out),
        decision=RouteDecision(
            strategy=wished.strategy,
            assistant=picked.assistant.family,
            assistant_chosen=picked.chosen,
            model_chosen=bool(wished.models),
            complexity=finding.complexity,
            chain=[ranked.candidate for ranked in choice.chain],
            rejected=list(choice.rejected),
            reasons=list(reasons),
            max_tokens=max(1, wanted),
            prompt_tokens=prompt_tokens,
            turns_left_out=fitted.left_out,
        ),
        likely=likely(routes[0], span, wanted),
        runner_up=next((likely(route, span, wanted) for route in routes if route.model is not first), None),
    )


def _picked(catalogue: Catalogue, entitlement: Entitlement, wished: Wish, finding: Finding) -> Picked:
    task = Task(finding.category, finding.confidence)
    return pick(catalogue, entitlement, wished.assistant, finding.recommended_family, task)


def recommendation(finding: Finding, catalogue: Catalogue) -> Assistant | None:
    """The assistant that fits the prompt best, unless an admin keeps such prompts from it."""
    found = catalogue.assistant(finding.recommended_family) if finding.recommended_family else None
    return found if found is not None and takes(found.task_categories, finding.category) else None


def _needs(wished: Wish, turns: tuple[Turn, ...]) -> frozenset[Capability]:
    """What the request cannot do without. What its words merely suggest is told, and rules no model out."""
    needs = wished.manner.needs | wished.needs
    if any(isinstance(part, Picture) for turn in turns for part in turn.parts):
        needs |= {Capability.VISION}
    if turns[-1].role is Role.ASSISTANT:
        needs |= {Capability.PREFILL}
    return needs


def _refuses(
    wished: Wish,
    turns: tuple[Turn, ...],
    size: Size,
    catalogue: Catalogue,
    entitlement: Entitlement,
    assistant: Assistant,
    credits_per_dollar: Decimal,
) -> Callable[[Model], str | None] | None:
    """Why the caller does not want a model."""
    preferences = wished.preferences
    if preferences == ANY:
        return None
    shortest = min(wished.manner.max_tokens or SHORTEST_ANSWER, SHORTEST_ANSWER)

    def refuses(model: Model) -> str | None:
        rate = display_rate(
            catalogue,
            plan=entitlement.plan_slug,
            model=model.name,
            family=assistant.family,
            credits_per_dollar=credits_per_dollar,
        )
        call = wished.manner.call(model.upstream_name, turns, DEFAULT_ANSWER)
        unknown = unspoken(model.provider, call) if preferences.require_parameters else ()
        return obstacle(preferences, model, rate, unknown, Length(model.tokens(size), shortest))

    return refuses


def _answer_room(max_tokens: int | None, room: int) -> int:
    return min(max_tokens or DEFAULT_ANSWER, room // 4)


def with_system_prompt(assistant: Assistant, turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """What a model reads: the assistant's words first, if it has any."""
    return (Turn(Role.SYSTEM, assistant.system_prompt), *turns) if assistant.system_prompt else turns


def routes_of(
    model: Model,
    catalogue: Catalogue,
    entitlement: Entitlement,
    assistant: Assistant,
    size: Size,
    credits_per_dollar: Decimal,
) -> Iterator[Route]:
    """One for each endpoint of the model's provider. Raises `NoRoute` for a model without prices."""
    if model.price is None:
        raise NoRoute("No model can answer now.")
    rate = display_rate(
        catalogue,
        plan=entitlement.plan_slug,
        model=model.name,
        family=assistant.family,
        credits_per_dollar=credits_per_dollar,
    )
    provider, tokens = model.provider, model.tokens(size)
    owed = tariff(model.price, rate, tokens)
    for endpoint in provider.endpoints:
        target = Target(
            provider=provider.name,
            dialect=provider.dialect,
            base_url=endpoint.base_url,
            api_key=provider.api_key,
            allow_private_network=provider.allow_private_network,
            limits=model.limits,
        )
        yield Route(
            model=model,
            endpoint=endpoint,
            price=model.price,
            target=target,
            rate=rate,
            tariff=owed,
            prompt_tokens=tokens,
        )


def by_circuit(routes: Iterable[Route], health: HealthByKey) -> tuple[Route, ...]:
    """Without those whose circuit is open; those that are on trial last."""
    states = [(route, health.get(route.endpoint.id, HEALTHY).circuit) for route in routes]
    sound = [route for route, state in states if state is CircuitState.CLOSED]
    return (*sound, *(route for route, state in states if state is CircuitState.HALF_OPEN))


def _reasons(
    picked: Picked, wished: Wish, category: str, complexity: str, model: Model, entitlement: Entitlement
) -> tuple[str, ...]:
    how = (
        f"You chose {model.display_name}."
        if wished.models
        else f"Of the models in your {entitlement.plan_name} plan, {model.display_name} gives"
        f" {IN_WORDS[wished.strategy]} for this prompt."
    )
    return (f"The prompt looks like {category}, {complexity}.", picked.reason, how)


def _notices(left_out: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    turns = "The oldest message was" if left_out == 1 else f"The {left_out:,} oldest messages were"
    return (f"{turns} left out of this call: the conversation is longer than the model reads. Nothing was deleted.",)


def nothing_can_answer(
    choice: Choice, ask: Ask, catalogue: Catalogue, entitlement: Entitlement, health: HealthByKey
) -> AppError:
    """Why there is no model in the chain, in words."""
    if choice.paused:
        waits = [health.get(e.id, HEALTHY).retry_in for model in choice.paused for e in model.provider.endpoints]
        names = " and ".join(sorted({model.provider.display_name for model in choice.paused}))
        return NoRoute(
            f"No model can answer now: {names} cannot be reached or fails. Fairlead keeps trying. Ask again soon.",
            retry_after=max(1, math.ceil(min(waits))),
        )
    if choice.incapable and not choice.too_long_for:
        shown = {model.name: model.display_name for model in catalogue.models}
        why = "; ".join(sorted({f"{shown[r.model]}: {r.reason}" for r in choice.incapable})[:3])
        return ModelIncapable(
            f"No model that you may use can do this: {why}.", details={"models": [r.model for r in choice.incapable]}
        )
    if choice.too_long_for:
        roomiest = max(choice.too_long_for, key=lambda model: usable_context(model, entitlement))
        limit, longest = usable_context(roomiest, entitlement), ask.longest(roomiest)
        return ContextTooLong(
            f"The prompt has about {longest:,} tokens; at most {limit:,} can be read with your plan.",
            details={"prompt_tokens": longest, "limit": limit},
        )
    if any(model.usable and model.model_type == ask.model_type for model in catalogue.models):
        return PlanForbidsModel("No active model is in your plan. Request a higher plan or ask your admin.")
    return NoRoute("No model can answer now: none is active with a usable provider. Ask your admin.", retry_after=30)
