"""Who sees calls succeed and fail: the endpoint's circuit, the policy's health book, the metrics and the log."""

from decimal import Decimal
from uuid import UUID

import structlog
from msgspec import Struct

from backend.catalogue.snapshot import Model
from backend.chat.order import Route
from backend.chat.outcome import Ended
from backend.errors import AppError
from backend.metering.pricing import ZERO
from backend.metering.token_ratios import TokenBook
from backend.metrics import Ended as EndedRequest
from backend.metrics import Metrics
from backend.policy.health import HealthBook
from backend.providers.circuit_book import CircuitBook, Permit
from backend.providers.errors import ProviderError

log = structlog.get_logger()


class Over(Struct, frozen=True, kw_only=True):
    """The end of a request of any kind. `error` is a code; `raw_cost` is in dollars."""

    request_id: UUID
    user_id: UUID
    model: Model
    assistant: str
    strategy: str
    state: str
    error: str | None
    attempts: int
    prompt_tokens: int
    completion_tokens: int
    raw_cost: Decimal
    latency_ms: int
    first_token_ms: int | None
    fell_back: bool


class Witness:
    """One request's: asked before every attempt, told of every attempt and of the end. Hears no prompt or answer.

    A request makes one attempt at a time.
    """

    def __init__(self, health: HealthBook, circuits: CircuitBook, metrics: Metrics, tokens: TokenBook) -> None:
        self._health = health
        self._tokens = tokens
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
        """An answer is over."""
        order = ended.order
        self._compare(ended)
        usage = ended.charge.usage if ended.charge is not None else None
        self.over(
            Over(
                request_id=order.request_id,
                user_id=order.user_id,
                model=ended.route.model,
                assistant=order.assistant.family,
                strategy=order.strategy,
                state=ended.state.value,
                error=ended.error.code.value if ended.error is not None else None,
                attempts=ended.attempt.number,
                prompt_tokens=usage.prompt_tokens if usage is not None else 0,
                completion_tokens=usage.completion_tokens if usage is not None else 0,
                raw_cost=ended.charge.raw.total if ended.charge is not None else ZERO,
                latency_ms=ended.latency_ms,
                first_token_ms=ended.first_token_ms,
                fell_back=ended.route is not order.routes[0],
            )
        )

    def counted(self, route: Route, prompt_tokens: int) -> None:
        """A provider has counted a prompt of words alone, whose tokens were estimated before."""
        model = route.model
        self._tokens.note(model.id, route.prompt_tokens / model.token_ratio, prompt_tokens)

    def _compare(self, ended: Ended) -> None:
        attempt = ended.attempt
        if ended.charge is None or attempt.usage is None or attempt.carried:
            return
        if not any(turn.parts for turn in ended.order.turns):
            self.counted(attempt.route, attempt.usage.prompt_tokens)

    def over(self, over: Over) -> None:
        """A request is over: one line in the log, one count in each metric."""
        model, first_token = over.model, over.first_token_ms
        self._metrics.ended(
            EndedRequest(
                model=model.name,
                provider=model.provider.name,
                assistant=over.assistant,
                state=over.state,
                rule=over.strategy,
                seconds=over.latency_ms / 1000,
                first_token_seconds=first_token / 1000 if first_token is not None else None,
                prompt_tokens=over.prompt_tokens,
                completion_tokens=over.completion_tokens,
                raw_cost=over.raw_cost,
                fell_back=over.fell_back,
            )
        )
        log.info(
            "call",
            request_id=str(over.request_id),
            user=str(over.user_id),
            provider=model.provider.name,
            model=model.name,
            state=over.state,
            error=over.error,
            attempts=over.attempts,
            prompt_tokens=over.prompt_tokens,
            completion_tokens=over.completion_tokens,
            latency_ms=over.latency_ms,
            first_token_ms=first_token,
        )
