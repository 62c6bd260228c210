"""Who sees calls succeed and fail: the endpoint's circuit, the policy's health book, the metrics and the log."""

from uuid import UUID

import structlog

from backend.chat.order import Route
from backend.chat.outcome import Ended
from backend.errors import AppError
from backend.metering.pricing import ZERO
from backend.metrics import Ended as EndedRequest
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.providers.circuit_book import CircuitBook, Permit
from backend.providers.errors import ProviderError

log = structlog.get_logger()


class Witness:
    """One request's: asked before every attempt, told of every attempt and of the end. Hears no prompt or answer.

    A request makes one attempt at a time.
    """

    def __init__(self, health: HealthBook, circuits: CircuitBook, metrics: Metrics) -> None:
        self._health = health
        self._circuits = circuits
        self._metrics = metrics
        self._permit = Permit.CALL
        self._faulted: set[UUID] = set()

    def may_try(self, route: Route) -> bool:
        """Whether the endpoint's circuit lets an attempt through. If so, say `answered`, `failed` or `let_go` next."""
        permit = self._circuits.take(route.endpoint.id)
        self._permit = permit or Permit.CALL
        return permit is not None

    def let_go(self, route: Route) -> None:
        """The attempt was cancelled: it says nothing of the endpoint."""
        self._circuits.let_go(route.endpoint.id, self._permit)

    def answered(self, route: Route) -> None:
        """A model answered."""
        self._circuits.succeeded(route.endpoint.id, self._permit)
        self._note(route, answered=True)

    def failed(self, route: Route, error: AppError) -> None:
        """A model did not. Faults that the prompt may have caused count once for each endpoint.

        Otherwise one prompt that a provider chokes on would open its circuit for everybody.
        """
        endpoint_id = route.endpoint.id
        counted = endpoint_id in self._faulted and self._permit is Permit.CALL
        if isinstance(error, ProviderError) and not (counted and error.may_have_run):
            self._faulted.add(endpoint_id)
            self._circuits.failed(endpoint_id, error, self._permit)
        else:
            self.let_go(route)
        self._note(route, answered=False)
        self._metrics.errors.labels(route.model.name, route.model.provider.name, error.code.value).inc()

    def _note(self, route: Route, *, answered: bool) -> None:
        name = route.model.name
        before = self._health.get(name)
        self._health.record(name, answered=answered)
        if self._health[name] != before:
            self._metrics.health.labels(name).set(self._health[name].uptime)

    def ended(self, ended: Ended) -> None:
        """A request is over: one line in the log, one count in each metric."""
        model, order = ended.route.model, ended.order
        usage = ended.charge.usage if ended.charge is not None else None
        prompt_tokens = usage.prompt_tokens if usage is not None else 0
        completion_tokens = usage.completion_tokens if usage is not None else 0
        self._metrics.ended(
            EndedRequest(
                model=model.name,
                provider=model.provider.name,
                assistant=order.assistant.family,
                state=ended.state.value,
                rule=order.strategy,
                seconds=ended.latency_ms / 1000,
                first_token_seconds=ended.first_token_ms / 1000 if ended.first_token_ms is not None else None,
                prompt_tokens=prompt_tokens,
                completion_tokens=completion_tokens,
                raw_cost=ended.charge.raw.total if ended.charge is not None else ZERO,
                fell_back=ended.route is not order.routes[0],
            )
        )
        log.info(
            "call",
            request_id=str(order.request_id),
            user=str(order.user_id),
            provider=model.provider.name,
            model=model.name,
            state=ended.state.value,
            error=ended.error.code.value if ended.error is not None else None,
            attempts=ended.attempt.number,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            latency_ms=ended.latency_ms,
            first_token_ms=ended.first_token_ms,
        )
