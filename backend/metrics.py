"""What Prometheus reads. Labels are names of models and providers, never of people."""

from decimal import Decimal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)


class Metrics:
    """One process's figures, in a registry of their own."""

    def __init__(self) -> None:
        route = ["model", "provider"]
        registry = self.registry = CollectorRegistry()
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
            "model_router_model_health_score", "Share of recent calls answered, 0 to 1", ["model"], registry=registry
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
        self.active = Gauge("model_router_active_requests", "Answers being written", registry=registry)

    def ended(
        self,
        *,
        model: str,
        provider: str,
        assistant: str,
        state: str,
        rule: str,
        seconds: float,
        first_token_seconds: float | None,
        prompt_tokens: int,
        completion_tokens: int,
        raw_cost: Decimal,
        fell_back: bool,
    ) -> None:
        """Counts one finished request."""
        self.requests.labels(model, provider, assistant, state).inc()
        self.duration.labels(model, provider).observe(seconds)
        self.rules.labels(rule).inc()
        if first_token_seconds is not None:
            self.first_token.labels(model, provider).observe(first_token_seconds)
        if completion_tokens:
            self.tokens.labels(model, provider, "prompt").inc(prompt_tokens)
            self.tokens.labels(model, provider, "completion").inc(completion_tokens)
            self.raw_cost.labels(model, provider).inc(float(raw_cost))
        if fell_back:
            self.fallbacks.labels(model, provider).inc()
