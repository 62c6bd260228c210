"""Which model answers, and why. Pure: catalogue, entitlement and ask in, an ordered chain with reasons out."""

import math
from collections.abc import Callable, Mapping
from typing import Literal
from uuid import UUID

from msgspec import Struct

from backend.catalogue.snapshot import Assistant, Catalogue, Model
from backend.entitlements.plans import Entitlement
from backend.policy.strategies import WEIGHTS, Weights
from backend.providers.circuits import CircuitState
from shared.admin import Candidate, Rejected
from shared.catalogue import Capability, LatencyTier
from shared.chat import Strategy
from shared.precheck import Complexity

CHAIN_LENGTH = 4
ROOMIER = 2
"""Models kept in reserve for a prompt that turns out longer than it was estimated."""
CHEAPEST = 1e-9
"""Dollars: free models count as costing this much, so that their logarithm exists."""
SHORTEST_ANSWER = 64
"""Tokens of the context that must be left for an answer."""
ModelType = Literal["chat", "embedding", "image"]
_MAKES = {"chat": "text", "embedding": "embeddings", "image": "images"}

_LATENCY = {LatencyTier.FAST: 1.0, LatencyTier.MEDIUM: 0.6, LatencyTier.SLOW: 0.2}
_NEEDED_QUALITY = {
    Complexity.SIMPLE: 0.0,
    Complexity.STANDARD: 0.4,
    Complexity.COMPLEX: 0.65,
    Complexity.REASONING: 0.75,
}
_EXPECTED_ANSWER = {
    Complexity.SIMPLE: 200,
    Complexity.STANDARD: 500,
    Complexity.COMPLEX: 1200,
    Complexity.REASONING: 2500,
}


class Health(Struct, frozen=True):
    """How a model or an endpoint has been doing of late. `uptime` is between 0 and 1.

    An endpoint also has a circuit; while that is open, `reason` says why and `retry_in` when it is tried again, in
    seconds.
    """

    uptime: float = 1.0
    circuit: CircuitState = CircuitState.CLOSED
    reason: str = ""
    retry_in: float = 0.0


HEALTHY = Health()
HealthByKey = Mapping[str | UUID, Health]
"""By the names of models and the ids of endpoints; those that are not in it are healthy."""


class Ask(Struct, frozen=True, kw_only=True):
    """What has to be answered. `models` are those the caller named, in order: then they are the only candidates.

    `refuses` says why a model is not what the caller wants, None when it is; `place` is where the caller would have it
    stand, lower first, before any score counts. `prompt_tokens` are a model's count of all it is given; `read_tokens`
    have to fit into its context at once: without it the prompt and a short answer. `pictures` is how many are to be
    made.
    """

    assistant: Assistant
    complexity: Complexity
    prompt_tokens: Callable[[Model], int]
    needs: frozenset[Capability]
    strategy: Strategy
    models: tuple[Model, ...] = ()
    wanted_tokens: int | None = None
    refuses: Callable[[Model], str | None] | None = None
    place: Callable[[Model], int] | None = None
    model_type: ModelType = "chat"
    read_tokens: Callable[[Model], int] | None = None
    pictures: int = 0

    def room(self, model: Model) -> int:
        """Tokens that a model has to have room for."""
        return self.longest(model) + (SHORTEST_ANSWER if self.read_tokens is None else 0)

    def longest(self, model: Model) -> int:
        """Tokens that a model is to read at once."""
        return (self.read_tokens or self.prompt_tokens)(model)


class Ranked(Struct, frozen=True):
    """A model in the chain with the scores that put it there."""

    model: Model
    candidate: Candidate


class Choice(Struct, frozen=True, kw_only=True):
    """The models to try, best first, and every one that was not possible. Empty chain: nothing can answer.

    `roomier` are models beyond the chain that read more than any in it, best first. `too_long_for` holds the models
    that only the length of the prompt ruled out, `paused` those that would answer but for open circuits, `incapable`
    those that may answer and cannot, or that the caller does not want.
    """

    chain: tuple[Ranked, ...]
    roomier: tuple[Model, ...]
    rejected: tuple[Rejected, ...]
    too_long_for: tuple[Model, ...]
    paused: tuple[Model, ...] = ()
    incapable: tuple[Rejected, ...] = ()


def usable_context(model: Model, entitlement: Entitlement) -> int:
    """Tokens of prompt and answer together: what the model reads or the plan allows, whichever is less."""
    return min(model.context_window, entitlement.max_context)


def choose(ask: Ask, catalogue: Catalogue, entitlement: Entitlement, health: HealthByKey) -> Choice:
    """Ranks every model that may and can answer."""
    possible: list[Model] = []
    rejected: list[Rejected] = []
    too_long: list[Model] = []
    paused: list[Model] = []
    incapable: list[Rejected] = []
    for model in ask.models or catalogue.models:
        obstacle = _obstacle(model, entitlement, ask.model_type)
        shortcoming = _shortcoming(model, ask) if obstacle is None else None
        if obstacle is not None:
            rejected.append(Rejected(model=model.name, reason=obstacle))
        elif shortcoming is not None:
            incapable.append(Rejected(model=model.name, reason=shortcoming))
        elif ask.room(model) > usable_context(model, entitlement):
            too_long.append(model)
            limit = usable_context(model, entitlement)
            rejected.append(
                Rejected(model=model.name, reason=f"reads {limit:,} tokens, the prompt has {ask.longest(model):,}")
            )
        elif (failing := _paused(model, health)) is not None:
            paused.append(model)
            rejected.append(Rejected(model=model.name, reason=failing))
        else:
            possible.append(model)
    ranked = sorted(
        _rank(possible, ask, health), key=lambda r: (*_place(r.model, ask), -r.candidate.score, r.model.name)
    )
    rejected += [Rejected(model=r.model.name, reason="ranked below the chain") for r in ranked[CHAIN_LENGTH:]]
    chain, beyond = ranked[:CHAIN_LENGTH], ranked[CHAIN_LENGTH:]
    window = max((r.model.context_window for r in chain), default=0)
    roomier = [r.model for r in beyond if r.model.context_window > window]
    return Choice(
        chain=tuple(chain),
        roomier=tuple(roomier[:ROOMIER]),
        rejected=(*rejected, *incapable),
        too_long_for=tuple(too_long),
        paused=tuple(paused),
        incapable=tuple(incapable),
    )


def _place(model: Model, ask: Ask) -> tuple[int, int]:
    named = ask.models.index(model) if ask.models else 0
    return named, ask.place(model) if ask.place is not None else 0


def _shortcoming(model: Model, ask: Ask) -> str | None:
    missing = ask.needs - model.capabilities
    if missing:
        return f"cannot do {', '.join(sorted(missing))}"
    return ask.refuses(model) if ask.refuses is not None else None


def _obstacle(model: Model, entitlement: Entitlement, wanted: ModelType) -> str | None:
    if model.model_type != wanted:
        return f"makes {_MAKES.get(model.model_type, model.model_type)}, not {_MAKES[wanted]}"
    if not model.active:
        return "turned off"
    if model.provider.why is not None:
        return model.provider.why
    if model.price is None:
        return "has no price"
    if not entitlement.allows_model(model):
        return f"not in the {entitlement.plan_name} plan"
    return None


def _paused(model: Model, health: HealthByKey) -> str | None:
    """Why no endpoint of the model is used at present."""
    reason = ""
    for endpoint in model.provider.endpoints:
        found = health.get(endpoint.id, HEALTHY)
        if found.circuit is not CircuitState.OPEN:
            return None
        reason = found.reason
    return f"{model.provider.display_name} is failing: {reason}"


def _health(model: Model, health: HealthByKey) -> Health:
    """The model's own, or its best endpoint's where that is worse."""
    own = health.get(model.name, HEALTHY)
    best = max((health.get(endpoint.id, HEALTHY).uptime for endpoint in model.provider.endpoints), default=0.0)
    return own if own.uptime <= best else Health(best)


def _rank(models: list[Model], ask: Ask, health: HealthByKey) -> list[Ranked]:
    if not models:
        return []
    weights = WEIGHTS[ask.strategy]
    costs = [_expected_cost(model, ask) for model in models]
    low, high = min(costs), max(costs)
    return [
        Ranked(model, _candidate(model, ask, weights, _cheapness(cost, low, high), _health(model, health)))
        for model, cost in zip(models, costs, strict=True)
    ]


def _expected_cost(model: Model, ask: Ask) -> float:
    assert model.price is not None
    answer = min(_EXPECTED_ANSWER[ask.complexity], ask.wanted_tokens or model.max_output_tokens)
    tokens = model.price.ranking_input * ask.prompt_tokens(model) + model.price.ranking_output * answer
    pieces = float(model.price.request or 0) + ask.pictures * float(model.price.image or 0)
    return max(tokens / 1_000_000 + pieces, CHEAPEST)


def _cheapness(cost: float, low: float, high: float) -> float:
    """1 for the cheapest, 0 for the dearest, by the logarithm: ten times dearer counts the same at any price."""
    return 1.0 - math.log(cost / low) / math.log(high / low) if high > low else 1.0


def _candidate(model: Model, ask: Ask, weights: Weights, cheapness: float, health: Health) -> Candidate:
    latency = _LATENCY[model.latency_tier]
    total = (
        weights.cost * cheapness
        + weights.latency * latency
        + weights.uptime * health.uptime
        + weights.quality * model.quality
    ) / weights.total
    return Candidate(
        model=model.name,
        provider=model.provider.name,
        score=round(total * _fitness(model, ask), 6),
        cost_score=round(cheapness, 4),
        latency_score=latency,
        quality_score=model.quality,
        uptime_score=round(health.uptime, 4),
    )


def _fitness(model: Model, ask: Ask) -> float:
    """How far the model's strength meets the prompt's complexity and the assistant's wishes; at most 1."""
    lacking = max(0.0, _NEEDED_QUALITY[ask.complexity] - model.quality)
    wishes = ask.assistant.preferred_traits
    met = len(wishes & model.capabilities) / len(wishes) if wishes else 1.0
    return max(0.05, 1.0 - 1.5 * lacking) * (0.85 + 0.15 * met)
