"""Carrying an order out: a task of its own that calls models, speaks into a feed and ends in settlement."""

import asyncio
import random
import time
from decimal import Decimal

import structlog

from backend.chat.charge import charge, credits_so_far
from backend.chat.errors import Interrupted
from backend.chat.feed import Feed
from backend.chat.order import Order, Route
from backend.chat.outcome import Ended, failed_attempt, route_view, settlement
from backend.chat.witness import Witness
from backend.errors import AppError
from backend.metering.records import AttemptRecord, Settled
from backend.metering.settlement import Settler
from backend.providers.calls import ChatCall, TokenUsage
from backend.providers.engine import ProviderClient
from backend.providers.errors import ProviderError
from shared.chat import UsageFigures
from shared.events import Accepted, Done
from shared.messages import FinishReason

FIGURES_EVERY = 1.0
"""Seconds between live usage events."""
SHORTEST_USEFUL = 16
"""Tokens: a route that can afford less is not tried."""
LONGEST_RETRY_WAIT = 2
SETTLE_PATIENCE = 10.0

log = structlog.get_logger()


class Generation:
    """One answer in the making. `feed` may be read by anybody at any time; `ended` is set when all is over."""

    def __init__(self, order: Order, client: ProviderClient, settler: Settler, witness: Witness) -> None:
        self.order = order
        self.feed = Feed()
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self.balance = order.balance
        self._client = client
        self._settler = settler
        self._witness = witness
        self._loop = asyncio.get_running_loop()
        self._route = order.routes[0]
        self._attempt = 0
        self._attempt_began = order.began
        self._first_token: float | None = None
        self._usage: TokenUsage | None = None
        self._finish: FinishReason | None = None
        self._provider_cost: Decimal | None = None
        self._provider_request_id: str | None = None
        self._failed: list[AttemptRecord] = []
        self._notices = list(order.notices)
        self._figures_due = order.began + FIGURES_EVERY
        self._cancelled: FinishReason | AppError | None = None
        self._task: asyncio.Task[None] | None = None
        self._running = False

    def start(self) -> None:
        """Begins the task."""
        self._task = asyncio.create_task(self._run())

    async def wait(self) -> Ended:
        """The end, however many wait for it and whoever of them goes away."""
        return await asyncio.shield(self.ended)

    def cancel(self) -> bool:
        """The person wants no more: stops the call at once and settles what was produced. False when it is over."""
        return self._stop(FinishReason.CANCELLED)

    def interrupt(self, why: str) -> bool:
        """Something on our side ends it, such as a shutdown."""
        return self._stop(Interrupted(why))

    def _stop(self, why: FinishReason | AppError) -> bool:
        if self._cancelled is not None or self._task is None:
            return False
        self._cancelled = why
        if self._running:
            self._task.cancel()
        return True

    async def _run(self) -> None:
        error: AppError | None = None
        self._running = True
        self._announce()
        try:
            if self._cancelled is not None:
                raise asyncio.CancelledError
            await self._answer()
        except asyncio.CancelledError:
            if self._task is not None:
                self._task.uncancel()
            if isinstance(self._cancelled, AppError):
                error = self._cancelled
            else:
                self._finish = FinishReason.CANCELLED
        except AppError as failure:
            error = failure
        except Exception:
            log.exception("generation_bug", request_id=str(self.order.request_id))
            error = AppError("Something went wrong inside Fairlead. The request id helps your admin to find out what.")
        self._cancelled = self._cancelled or FinishReason.STOP
        await self._end(error)

    def _announce(self) -> None:
        order = self.order
        self.feed.say(
            Accepted(request_id=order.request_id, conversation_id=order.conversation_id, message_id=order.message_id)
        )
        self.feed.say(order.precheck)

    async def _answer(self) -> None:
        """Tries the routes in order until one answers; once text has gone out there is no going back."""
        last: ProviderError | None = None
        for route in self.order.routes:
            tokens = route.tariff.affordable(self.order.held, self.order.max_tokens)
            if last is not None and tokens < min(SHORTEST_USEFUL, self.order.max_tokens):
                continue
            last = await self._try(route, max(tokens, 1), last)
            if last is None:
                return
            if not last.try_next_route:
                break
        if last is not None:
            raise last

    async def _try(self, route: Route, tokens: int, last: ProviderError | None) -> ProviderError | None:
        """Asks one route, twice if that can help. None: it answered. Raises what cannot be mended elsewhere."""
        for again in (False, True):
            if last is not None:
                self._give_up(last)
                if again:
                    await asyncio.sleep(last.retry_after or random.uniform(0.05, 0.3))  # noqa: S311 - jitter
            self._take(route, tokens, last)
            try:
                await self._call(route, tokens)
            except ProviderError as failure:
                self._witness.failed(route, failure)
                if self.feed.length:
                    raise
                last = failure
                if not self._worth_repeating(failure):
                    break
            else:
                self._witness.answered(route)
                return None
        return last

    @staticmethod
    def _worth_repeating(failure: ProviderError) -> bool:
        return failure.retry_same_route and (failure.retry_after or 0) <= LONGEST_RETRY_WAIT

    def _take(self, route: Route, tokens: int, last: AppError | None) -> None:
        if self._attempt and route is not self._route and last is not None:
            self._notices.append(
                f"Switched to {route.model.display_name} after {self._route.model.display_name} failed."
                " The failed attempt cost nothing."
            )
        self._attempt += 1
        self._route = route
        self._attempt_began = self._loop.time()
        self.feed.attempt(self._attempt)
        self.feed.say(route_view(self.order, route, self._attempt, tokens, list(self._notices)))

    def _give_up(self, failure: AppError) -> None:
        self._failed.append(
            failed_attempt(
                self.order,
                self._route,
                self._attempt,
                failure,
                self._ms(self._attempt_began),
                self._since_ms(self._attempt_began),
                final=False,
            )
        )

    async def _call(self, route: Route, max_tokens: int) -> None:
        params = self.order.params
        call = ChatCall(
            model=route.model.upstream_name,
            messages=self.order.turns,
            max_tokens=max_tokens,
            temperature=params.temperature,
            top_p=params.top_p,
            stop=tuple(params.stop) if params.stop else None,
            seed=params.seed,
        )
        if self.order.streamed:
            await self._stream(route, call)
        else:
            await self._complete(route, call)

    async def _complete(self, route: Route, call: ChatCall) -> None:
        reply = await self._client.complete(route.target, call)
        self._write(reply.text)
        self._usage, self._finish = reply.usage, reply.finish_reason
        self._provider_cost, self._provider_request_id = reply.provider_cost, reply.provider_request_id

    async def _stream(self, route: Route, call: ChatCall) -> None:
        stream = await self._client.open_stream(route.target, call)
        try:
            while True:
                piece = await stream.read()
                if piece.text:
                    self._write(piece.text)
                    if self._figures_due < self._loop.time():
                        self._say_figures()
                if piece.usage is not None:
                    self._usage = piece.usage
                if piece.provider_cost is not None:
                    self._provider_cost = piece.provider_cost
                if piece.done:
                    self._finish = piece.finish_reason or FinishReason.STOP
                    return
        finally:
            self._provider_request_id = stream.provider_request_id
            await stream.aclose()

    def _write(self, text: str) -> None:
        if "\0" in text:
            text = text.replace("\0", "")
        if not text:
            return
        if self._first_token is None:
            self._first_token = self._loop.time()
        self.feed.write(text)

    def _say_figures(self) -> None:
        self._figures_due = self._loop.time() + FIGURES_EVERY
        self.feed.touch(time.monotonic())
        tokens, credits = credits_so_far(self.order, self._route, self.feed.length)
        self.feed.say(
            UsageFigures(
                prompt_tokens=self.order.prompt_tokens,
                completion_tokens=tokens,
                credits=credits,
                balance=self.order.balance + self.order.held - credits,
                final=False,
                estimated=True,
            ),
            keep=False,
        )

    async def _end(self, error: AppError | None) -> None:
        ended = self._ended(error)
        settling = self._settler.submit(settlement(ended))
        self.balance = self.order.balance + self.order.held - ended.charged
        try:
            settled: Settled = await asyncio.wait_for(asyncio.shield(settling), SETTLE_PATIENCE)
            self.balance = settled.balance
        except (TimeoutError, asyncio.CancelledError):
            log.warning("settled_later", request_id=str(self.order.request_id))
        except Exception:
            log.exception("not_settled", request_id=str(self.order.request_id))
        self._say_end(ended)
        self.feed.close()
        self.ended.set_result(ended)
        self._witness.ended(ended)

    def _ended(self, error: AppError | None) -> Ended:
        text = self.feed.text
        return Ended(
            order=self.order,
            route=self._route,
            attempt=max(1, self._attempt),
            text=text,
            finish_reason=None if error is not None else self._finish or FinishReason.STOP,
            error=error,
            charge=charge(self.order, self._route, text, self._usage) if error is None else None,
            provider_cost=self._provider_cost,
            provider_request_id=self._provider_request_id,
            notices=self._notices,
            latency_ms=self._since_ms(self.order.began),
            first_token_ms=self._ms(self._first_token) if self._first_token is not None else None,
            attempt_started_ms=self._ms(self._attempt_began),
            failed_attempts=self._failed,
        )

    def _say_end(self, ended: Ended) -> None:
        failure = ended.failure()
        if failure is not None:
            self.feed.say(failure)
            return
        self.feed.say(ended.figures(self.balance))
        self.feed.say(
            Done(
                finish_reason=ended.finish_reason or FinishReason.STOP,
                model=ended.route.model.name,
                latency_ms=ended.latency_ms,
                first_token_ms=ended.first_token_ms,
            )
        )

    def _ms(self, moment: float) -> int:
        return round((moment - self.order.began) * 1000)

    def _since_ms(self, moment: float) -> int:
        return round((self._loop.time() - moment) * 1000)
