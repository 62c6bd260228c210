"""How a request ended, as settlement records it. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from backend.chat.attempt import Attempt
from backend.chat.charge import Charge
from backend.chat.order import Order, Route
from backend.chat.quotes import without_quotes
from backend.chat.unmasking import unmasked
from backend.columns import new_id
from backend.errors import AppError
from backend.metering.pricing import ZERO
from backend.metering.records import (
    AttemptRecord,
    CostDocument,
    LogRecord,
    MessageDocument,
    SettlementRecord,
    StoredResult,
    UsageDocument,
)
from backend.providers.errors import ProviderError
from backend.providers.registry import unspoken
from shared.chat import ChatAnswer, RouteView, ToolCall, UsageFigures
from shared.errors import ErrorBody
from shared.events import ChatEvent, Done
from shared.messages import FinishReason, MessageState
from shared.routing import AttemptView, Routing


class Ended(Struct, frozen=True, kw_only=True):
    """The end of a generation. `error` is set when it failed; `charge` when something is owed."""

    order: Order
    attempt: Attempt
    text: str
    finish_reason: FinishReason | None
    error: AppError | None
    charge: Charge | None
    notices: list[str]
    latency_ms: int
    first_token_ms: int | None
    failed_attempts: list[AttemptRecord]

    @property
    def route(self) -> Route:
        """The route that was taken in the end."""
        return self.attempt.route

    @property
    def charged(self) -> Decimal:
        """Credits owed."""
        return self.charge.charged if self.charge is not None else ZERO

    @property
    def state(self) -> MessageState:
        """What becomes of the message."""
        if self.error is not None:
            return MessageState.INTERRUPTED
        return MessageState.CANCELLED if self.finish_reason is FinishReason.CANCELLED else MessageState.COMPLETE

    def figures(self, balance: Decimal) -> UsageFigures:
        """The final usage as the person sees it."""
        usage = self.charge.usage if self.charge is not None else None
        return UsageFigures(
            prompt_tokens=usage.prompt_tokens if usage is not None else 0,
            completion_tokens=usage.completion_tokens if usage is not None else 0,
            credits=self.charged,
            balance=balance,
            final=True,
            estimated=self.charge.estimated if self.charge is not None else False,
            cached_tokens=usage.cached_input if usage is not None else 0,
            cache_write_tokens=usage.cache_write if usage is not None else 0,
            reasoning_tokens=usage.reasoning if usage is not None else 0,
        )

    def routing(self) -> Routing:
        """Which way it went."""
        order, last = self.order, self.attempt
        status = "failed" if self.error is not None else "cancelled" if self.state is MessageState.CANCELLED else ""
        here = AttemptView(
            provider=last.route.model.provider.name,
            model=last.route.model.name,
            status=status or "answered",
            error=self.error.code.value if self.error is not None else None,
        )
        before = [
            AttemptView(provider=failed.provider, model=failed.model, status=failed.status, error=failed.error_code)
            for failed in self.failed_attempts
        ]
        return Routing(
            requested=order.requested,
            policy_used="requested" if order.chosen else order.strategy,
            primary_provider=order.routes[0].model.provider.name,
            attempts=[*before, here],
            reasons=list(order.reasons),
            ignored=list(unspoken(last.route.model.provider, last.call(order))) if order.manner.particular else [],
        )

    def route_view(self) -> RouteView:
        """That route in words."""
        return route_view(self.order, self.route, self.attempt.number, self.order.max_tokens, self.notices)

    def answer(self, balance: Decimal) -> ChatAnswer:
        """The answer as one object, as its reader is given it; only for an end without error."""
        in_json = self.order.manner.format is not None
        return unmasked(self.kept(balance), self.order.names, in_json=in_json)

    def kept(self, balance: Decimal) -> ChatAnswer:
        """The answer as it is kept: without the data that were masked."""
        return ChatAnswer(
            request_id=self.order.request_id,
            conversation_id=self.order.conversation_id,
            message_id=self.order.message_id,
            precheck=self.order.precheck,
            route=self.route_view(),
            text=self.text,
            usage=self.figures(balance),
            finish_reason=self.finish_reason or FinishReason.STOP,
            model=self.route.model.name,
            latency_ms=self.latency_ms,
            first_token_ms=self.first_token_ms,
            metadata=dict(self.order.metadata),
            provider=self.route.model.provider.name,
            tool_calls=tool_calls(self.attempt),
            logprobs=self.attempt.logprobs,
            routing=self.routing(),
            stop_sequence=self.attempt.stop_sequence,
        )

    def last_words(self, balance: Decimal) -> list[ChatEvent]:
        """The events that end the answer."""
        failure = self.failure()
        if failure is not None:
            return [failure]
        done = Done(
            finish_reason=self.finish_reason or FinishReason.STOP,
            model=self.route.model.name,
            latency_ms=self.latency_ms,
            first_token_ms=self.first_token_ms,
            provider=self.route.model.provider.name,
            routing=self.routing(),
            stop_sequence=self.attempt.stop_sequence,
        )
        return [self.figures(balance), done]

    def failure(self) -> ErrorBody | None:
        """The error as the caller reads it."""
        if self.error is None:
            return None
        self.error.routing = self.routing()
        return self.error.body(str(self.order.request_id))


def tool_calls(attempt: Attempt) -> list[ToolCall]:
    """The tools a model wants, as the caller reads them."""
    return [ToolCall(id=use.id, name=use.name, arguments=use.arguments.replace("\0", "")) for use in attempt.tool_uses]


def route_view(order: Order, route: Route, attempt: int, max_tokens: int, notices: list[str]) -> RouteView:
    """A route in words for the person who asked."""
    return RouteView(
        assistant=order.assistant.name,
        model=route.model.name,
        model_name=route.model.display_name,
        reasons=list(order.reasons),
        attempt=attempt,
        max_tokens=max_tokens,
        notices=notices,
    )


def failed_attempt(order: Order, attempt: Attempt, error: AppError, now: float, *, final: bool) -> AttemptRecord:
    """A call that brought no whole answer. The provider's own reason is kept for admins, without what it quotes."""
    return AttemptRecord(
        id=new_id(),
        attempt=attempt.number,
        provider=attempt.route.model.provider.name,
        model=attempt.route.model.name,
        model_id=attempt.route.model.id,
        status="failed",
        final=final,
        error_code=error.code.value,
        fault=fault_of(error, order),
        started_ms=_ms(attempt.began - order.began),
        latency_ms=_ms(now - attempt.began),
        first_token_ms=_ms(attempt.first_token - order.began) if attempt.first_token is not None else None,
        provider_request_id=attempt.provider_request_id,
        endpoint_id=attempt.route.endpoint.id,
        malformed=attempt.malformed,
        may_have_run=isinstance(error, ProviderError) and error.may_have_run,
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def fault_of(error: AppError, order: Order) -> str:
    """What went wrong, in the provider's words where it gave any."""
    return fault_in_words(error, [turn.content for turn in order.turns])


def fault_in_words(error: AppError, said: Sequence[str]) -> str:
    """What went wrong, in the provider's words where it gave any, without those that it was sent."""
    reason = error.reason if isinstance(error, ProviderError) else ""
    if reason:
        reason = without_quotes(reason, said)
    return f"{type(error).__name__}: {reason or error.message}"


def settlement(ended: Ended, log: LogRecord | None = None) -> SettlementRecord:
    """What settlement writes; `log` is the end of a streamed answer's log."""
    last = _last_attempt(ended)
    body = ended.failure()
    balance = ended.order.balance + ended.order.held - ended.charged
    result = None
    if ended.order.keep_result:
        result = (
            StoredResult(error=body, status=ended.error.status)
            if body is not None and ended.error is not None
            else StoredResult(answer=ended.kept(balance))
        )
    return SettlementRecord(
        request_id=ended.order.request_id,
        organisation_id=ended.order.organisation_id,
        user_id=ended.order.user_id,
        assistant=ended.order.assistant.family,
        attempts=[*ended.failed_attempts, last],
        cost=_cost(ended, last),
        usage=_usage(ended),
        message=_message(ended) if ended.order.message_id is not None else None,
        result=result,
        log=log,
        abuse=ended.order.costs.counts(ended.charged) if ended.order.costs is not None else None,
    )


def _last_attempt(ended: Ended) -> AttemptRecord:
    order, attempt = ended.order, ended.attempt
    if ended.error is not None:
        return failed_attempt(order, attempt, ended.error, order.began + ended.latency_ms / 1000, final=True)
    usage = ended.charge.usage if ended.charge is not None else None
    started_ms = _ms(attempt.began - order.began)
    return AttemptRecord(
        id=new_id(),
        attempt=attempt.number,
        provider=ended.route.model.provider.name,
        model=ended.route.model.name,
        model_id=ended.route.model.id,
        status="cancelled" if ended.finish_reason is FinishReason.CANCELLED else "answered",
        final=True,
        error_code=None,
        fault=None,
        started_ms=started_ms,
        latency_ms=ended.latency_ms - started_ms,
        first_token_ms=_ms(attempt.first_token - order.began) if attempt.first_token is not None else None,
        input_tokens=usage.input if usage else None,
        cached_input_tokens=usage.cached_input if usage else None,
        cache_write_tokens=usage.cache_write if usage else None,
        output_tokens=usage.output if usage else None,
        reasoning_tokens=usage.reasoning if usage else None,
        image_tokens=usage.image if usage else None,
        audio_tokens=usage.audio if usage else None,
        estimated=ended.charge.estimated if ended.charge else False,
        provider_request_id=attempt.provider_request_id,
        provider_cost=attempt.provider_cost,
        endpoint_id=attempt.route.endpoint.id,
        malformed=attempt.malformed,
    )


def _cost(ended: Ended, last: AttemptRecord) -> CostDocument | None:
    owed = ended.charge
    if owed is None:
        return None
    rate = ended.route.rate
    return CostDocument(
        model_call_id=last.id,
        raw_cost=owed.raw.total,
        multiplier=rate.multiplier,
        factors=rate.factors,
        credits_per_dollar=rate.credits_per_dollar,
        display_cost=owed.display_cost,
        price_version=ended.route.price.version,
        buckets=owed.raw.buckets,
        estimated=owed.estimated,
        provider_cost=ended.attempt.provider_cost,
    )


def _usage(ended: Ended) -> UsageDocument | None:
    if ended.charge is None:
        return None
    usage = ended.charge.usage
    return UsageDocument(ended.route.model.name, usage.prompt_tokens, usage.completion_tokens)


def _message(ended: Ended) -> MessageDocument:
    usage = ended.charge.usage if ended.charge is not None else None
    return MessageDocument(
        content=ended.text,
        state=ended.state,
        model=ended.route.model.name,
        reasons=list(ended.order.reasons),
        notices=ended.notices,
        prompt_tokens=usage.prompt_tokens if usage else None,
        completion_tokens=usage.completion_tokens if usage else None,
        estimated=ended.charge.estimated if ended.charge else False,
        finish_reason=ended.finish_reason,
        latency_ms=ended.latency_ms,
        first_token_ms=ended.first_token_ms,
        failure=ended.error.code.value if ended.error is not None else None,
    )
