"""How an errand ended, as its caller is told and as settlement records it. Pure."""

from decimal import Decimal

from msgspec import Raw, Struct

from backend.assistants.pick import DIRECT
from backend.chat.order import Route
from backend.chat.outcome import fault_in_words
from backend.chat.witness import Over
from backend.columns import new_id
from backend.errands.order import Done, ErrandOrder
from backend.errands.trying import Tried
from backend.errands.work import Made, Pieces, counted
from backend.errors import AppError
from backend.metering.pricing import ZERO, RawCost, raw_cost
from backend.metering.records import AttemptRecord, CostDocument, SettlementRecord, StoredResult, UsageDocument
from backend.providers.calls import Embeddings
from shared.errors import ErrorBody, ErrorCode
from shared.routing import AttemptView, Routing

MOST_KEPT = 8_000_000
"""Bytes of a result that is kept for a repeated request."""

_NOT_KEPT = ErrorBody(
    code=ErrorCode.CONFLICT,
    message="The first request with this idempotency key was carried out and charged, but its result is too large to be"
    " given again. Ask with a new key.",
)


class ErrandCharge(Struct, frozen=True, kw_only=True):
    """`charged` is what the person pays: the display cost, but never more than was held."""

    pieces: Pieces
    raw: RawCost
    display_cost: Decimal
    charged: Decimal


def charge(order: ErrandOrder, route: Route, made: Made) -> ErrandCharge:
    """What was made at a route costs this."""
    pieces = counted(order.work, made, order.counts.of(route.model), route.price)
    raw = raw_cost(pieces.usage, route.price, pieces.pictures)
    display = route.rate.credits(raw.total)
    return ErrandCharge(pieces=pieces, raw=raw, display_cost=display, charged=min(display, order.held))


class ErrandEnded(Struct, frozen=True, kw_only=True):
    """The end. `body` is the whole answer when there is one, else `error` says why not; `cancelled` by its person."""

    order: ErrandOrder
    tried: list[Tried]
    made: Made | None
    charge: ErrandCharge | None
    body: bytes
    error: AppError | None
    cancelled: bool
    latency_ms: int

    @property
    def route(self) -> Route:
        """The route that was taken in the end."""
        return self.tried[-1].route if self.tried else self.order.routes[0]

    @property
    def charged(self) -> Decimal:
        """Credits owed."""
        return self.charge.charged if self.charge is not None else ZERO

    @property
    def reported_words(self) -> int | None:
        """Tokens that the provider reports of words alone; None when it reports none, or of pictures as well."""
        if not isinstance(self.made, Embeddings) or self.made.usage is None:
            return None
        return self.made.usage.prompt_tokens

    def failure(self) -> ErrorBody | None:
        """The error as the caller reads it."""
        if self.error is None:
            return None
        self.error.routing = routing(self.order, self.tried, self.error, cancelled=self.cancelled)
        return self.error.body(str(self.order.request_id))

    def over(self) -> Over:
        """For metrics and log."""
        usage = self.charge.pieces.usage if self.charge is not None else None
        return Over(
            request_id=self.order.request_id,
            user_id=self.order.user_id,
            model=self.route.model,
            assistant=DIRECT.family,
            strategy=self.order.strategy,
            state="cancelled" if self.cancelled else "interrupted" if self.error is not None else "complete",
            error=self.error.code.value if self.error is not None else None,
            attempts=len(self.tried),
            prompt_tokens=usage.prompt_tokens if usage is not None else 0,
            completion_tokens=usage.completion_tokens if usage is not None else 0,
            raw_cost=self.charge.raw.total if self.charge is not None else ZERO,
            latency_ms=self.latency_ms,
            first_token_ms=None,
            fell_back=self.route is not self.order.routes[0],
        )


def done(order: ErrandOrder, tried: list[Tried], made: Made, owed: ErrandCharge, latency_ms: int) -> Done:
    """What the caller's API says in its own shape."""
    model = tried[-1].route.model
    return Done(
        request_id=order.request_id,
        made=made,
        pieces=owed.pieces,
        model=model.name,
        provider=model.provider.name,
        credits=owed.charged,
        latency_ms=latency_ms,
        routing=routing(order, tried, None, cancelled=False),
    )


def routing(order: ErrandOrder, tried: list[Tried], error: AppError | None, *, cancelled: bool) -> Routing:
    """Which way it went."""
    last = tried[-1].route if tried else order.routes[0]
    return Routing(
        requested=order.requested,
        policy_used="requested" if order.chosen else order.strategy,
        primary_provider=order.routes[0].model.provider.name,
        attempts=[_view(attempt, error if attempt is tried[-1] else None, cancelled=cancelled) for attempt in tried],
        reasons=list(order.reasons),
        ignored=list(order.work.unspoken(last.model.provider)),
    )


def _view(tried: Tried, error: AppError | None, *, cancelled: bool) -> AttemptView:
    why = tried.failure or error
    model = tried.route.model
    status = "failed" if tried.failure is not None else "cancelled" if cancelled else "failed" if why else "answered"
    return AttemptView(
        provider=model.provider.name,
        model=model.name,
        status=status,
        error=why.code.value if why is not None and status == "failed" else None,
    )


def settlement(ended: ErrandEnded) -> SettlementRecord:
    """What settlement writes."""
    attempts = _attempts(ended)
    owed, order = ended.charge, ended.order
    usage = owed.pieces.usage if owed is not None else None
    return SettlementRecord(
        request_id=order.request_id,
        organisation_id=order.organisation_id,
        user_id=order.user_id,
        assistant=DIRECT.family,
        attempts=attempts,
        cost=_cost(ended, owed, attempts[-1]) if owed is not None else None,
        usage=UsageDocument(
            ended.route.model.name,
            usage.prompt_tokens,
            usage.completion_tokens,
            order.work.model_type,
            owed.pieces.pictures or None,
        )
        if owed is not None and usage is not None
        else None,
        message=None,
        result=_result(ended) if order.keep_result else None,
        abuse=order.costs.counts(ended.charged) if order.costs is not None else None,
    )


def _result(ended: ErrandEnded) -> StoredResult:
    error = ended.failure()
    if ended.error is not None and error is not None:
        return StoredResult(error=error, status=ended.error.status)
    kept = len(ended.body) <= MOST_KEPT and b"\\u0000" not in ended.body  # which jsonb does not hold
    return StoredResult(body=Raw(ended.body)) if kept else StoredResult(error=_NOT_KEPT, status=409)


def _attempts(ended: ErrandEnded) -> list[AttemptRecord]:
    order = ended.order
    tried = ended.tried or [Tried(number=1, route=order.routes[0], began=order.began, ended=order.began)]
    return [_attempt(ended, attempt, final=attempt is tried[-1]) for attempt in tried]


def _attempt(ended: ErrandEnded, tried: Tried, *, final: bool) -> AttemptRecord:
    why = tried.failure or (ended.error if final else None)
    failed = tried.failure is not None or (why is not None and not ended.cancelled)
    usage = ended.charge.pieces.usage if final and ended.charge is not None else None
    made = ended.made if final else None
    model = tried.route.model
    return AttemptRecord(
        id=new_id(),
        attempt=tried.number,
        provider=model.provider.name,
        model=model.name,
        model_id=model.id,
        status="failed" if failed else "cancelled" if ended.cancelled else "answered",
        final=final,
        error_code=why.code.value if failed and why is not None else None,
        fault=_fault(why, ended.order) if failed and why is not None else None,
        started_ms=round((tried.began - ended.order.began) * 1000),
        latency_ms=round((tried.ended - tried.began) * 1000),
        first_token_ms=None,
        input_tokens=usage.input if usage else None,
        cached_input_tokens=usage.cached_input if usage else None,
        cache_write_tokens=usage.cache_write if usage else None,
        output_tokens=usage.output if usage else None,
        reasoning_tokens=usage.reasoning if usage else None,
        image_tokens=usage.image if usage else None,
        audio_tokens=usage.audio if usage else None,
        estimated=ended.charge.pieces.estimated if usage and ended.charge is not None else False,
        provider_request_id=made.provider_request_id if made is not None else None,
        provider_cost=made.provider_cost if made is not None else None,
        endpoint_id=tried.route.endpoint.id,
        may_have_run=tried.failure.may_have_run if tried.failure is not None else failed or ended.cancelled,
    )


def _fault(error: AppError, order: ErrandOrder) -> str:
    return fault_in_words(error, order.work.words)


def _cost(ended: ErrandEnded, owed: ErrandCharge, last: AttemptRecord) -> CostDocument:
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
        estimated=owed.pieces.estimated,
        provider_cost=ended.made.provider_cost if ended.made is not None else None,
    )
