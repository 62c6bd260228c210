"""What Prometheus reads. Labels are names of models and providers, never of people."""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from backend.providers.circuits import CircuitState

_CIRCUIT_STATES = {CircuitState.CLOSED: 0, CircuitState.HALF_OPEN: 1, CircuitState.OPEN: 2}
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)


class Metrics:
    """One process's figures, in a registry of their own; with `folder`, those of all processes that share it."""

    def __init__(self, folder: Path | None = None) -> None:
        route = ["model", "provider"]
        self._folder = folder
        registry = self._registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self.requests = Counter(
            "model_router_requests", "Requests by outcome", [*route, "assistant", "state"], registry=registry
        )
        self.duration = Histogram(
            "model_router_request_duration_seconds",
            "From admission to the end of the answer",
            route,
            buckets=SECONDS,
            registry=registry,
        )
        self.first_token = Histogram(
            "model_router_first_token_seconds",
            "From admission to the first text",
            route,
            buckets=SECONDS,
            registry=registry,
        )
        self.health = Gauge(
            "model_router_model_health_score",
            "Share of recent calls answered, 0 to 1",
            ["model"],
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        self.endpoint_health = self._of_endpoint("health_score", "How well an endpoint does, 0 (circuit open) to 1")
        self.circuit = self._of_endpoint("circuit_state", "0 closed, 1 half open, 2 open")
        self.fallback_rate = self._of_endpoint(
            "fallback_rate", "Share of recent requests to an endpoint that were answered elsewhere"
        )
        self.rules = Counter(
            "model_router_routing_rule_matches", "Decisions by strategy or rule", ["rule"], registry=registry
        )
        self.errors = Counter(
            "model_router_errors", "Failed attempts by error code", [*route, "code"], registry=registry
        )
        self.fallbacks = Counter(
            "model_router_fallbacks", "Requests answered by another model than the first", route, registry=registry
        )
        self.tokens = Counter("model_router_tokens", "Tokens by direction", [*route, "direction"], registry=registry)
        self.raw_cost = Counter(
            "model_router_raw_cost_dollars", "What answered calls cost at the provider", route, registry=registry
        )
        self.abuse_alerts = Counter(
            "model_router_abuse_alerts", "Alerts about people, API keys and addresses", ["kind"], registry=registry
        )
        self._kinds: dict[tuple[str, str, str, str, str], tuple[Counter, Counter]] = {}
        self._routes: dict[tuple[str, str], _Route] = {}
        self.active = Gauge(
            "model_router_active_requests", "Answers being written", registry=registry, multiprocess_mode="livesum"
        )
        self.tasks = Gauge(
            "model_router_tasks", "Tasks of the event loop", registry=registry, multiprocess_mode="livesum"
        )

    def _of_endpoint(self, name: str, documentation: str) -> Gauge:
        return Gauge(
            f"model_router_endpoint_{name}",
            documentation,
            ["provider", "endpoint"],
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        if self._folder is None:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(together)

    def ended(self, request: "Ended") -> None:
        """Counts one finished request."""
        kind = (request.model, request.provider, request.assistant, request.state, request.rule)
        counters = self._kinds.get(kind)
        if counters is None:
            counters = self._kinds[kind] = (self.requests.labels(*kind[:4]), self.rules.labels(request.rule))
        for counter in counters:
            counter.inc()
        route = self._routes.get((request.model, request.provider))
        if route is None:
            route = self._routes[request.model, request.provider] = self._route(request.model, request.provider)
        route.duration.observe(request.seconds)
        if request.first_token_seconds is not None:
            route.first_token.observe(request.first_token_seconds)
        if request.prompt_tokens or request.completion_tokens:
            route.prompt_tokens.inc(request.prompt_tokens)
            route.completion_tokens.inc(request.completion_tokens)
            route.raw_cost.inc(float(request.raw_cost))
        if request.fell_back:
            route.fallbacks.inc()

    def endpoint(self, provider: str, base_url: str, state: CircuitState, score: float, fallback_rate: float) -> None:
        """How an endpoint is doing now."""
        self.endpoint_health.labels(provider, base_url).set(score)
        self.circuit.labels(provider, base_url).set(_CIRCUIT_STATES[state])
        self.fallback_rate.labels(provider, base_url).set(fallback_rate)

    def no_endpoint(self, provider: str, base_url: str) -> None:
        """The endpoint is in use no more."""
        if self._folder is None:
            for gauge in (self.endpoint_health, self.circuit, self.fallback_rate):
                gauge.remove(provider, base_url)
        else:  # the library cannot remove what several processes count
            self.endpoint(provider, base_url, CircuitState.CLOSED, 0.0, 0.0)

    def _route(self, model: str, provider: str) -> "_Route":
        return _Route(
            self.duration.labels(model, provider),
            self.first_token.labels(model, provider),
            self.tokens.labels(model, provider, "prompt"),
            self.tokens.labels(model, provider, "completion"),
            self.raw_cost.labels(model, provider),
            self.fallbacks.labels(model, provider),
        )


class _Route(NamedTuple):
    """The figures of one model at one provider; looking them up by their labels costs more than counting."""

    duration: Histogram
    first_token: Histogram
    prompt_tokens: Counter
    completion_tokens: Counter
    raw_cost: Counter
    fallbacks: Counter


class Ended(NamedTuple):
    """One finished request. Times are in seconds, `raw_cost` in dollars."""

    model: str
    provider: str
    assistant: str
    state: str
    rule: str
    seconds: float
    first_token_seconds: float | None
    prompt_tokens: int
    completion_tokens: int
    raw_cost: Decimal
    fell_back: bool
