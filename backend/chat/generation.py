"""Carrying an order out: a task of its own that calls models, speaks into a feed and ends in settlement."""

import asyncio

import structlog
from msgspec import structs

from backend.chat.answer_log import last_news
from backend.chat.answering import Answering
from backend.chat.attempt import Attempt
from backend.chat.briskness import Briskness
from backend.chat.charge import charge
from backend.chat.errors import Interrupted, TooLate
from backend.chat.feed import Feed
from backend.chat.order import Order
from backend.chat.outcome import Ended, settlement
from backend.chat.rescue import Way
from backend.chat.witness import Witness
from backend.errors import AppError, Unavailable
from backend.metering.records import Settled
from backend.metering.settlement import Settler
from backend.providers.engine import ProviderClient
from shared.events import Accepted
from shared.messages import FinishReason

SETTLE_PATIENCE = 30.0
"""Seconds for PostgreSQL to come back before an answer that it does not have is reported as not saved."""

UNSAVED = "The answer was written but could not be saved yet. Look into the conversation again in a moment."

LATE = "The answer was not whole within the time that you allow. It cost nothing. Allow more time, or a shorter answer."

log = structlog.get_logger()


class Generation:
    """One answer in the making. `feed` may be read by anybody at any time; `ended` is set when all is over."""

    def __init__(
        self, order: Order, client: ProviderClient, settler: Settler, witness: Witness, briskness: Briskness
    ) -> None:
        self.order = order
        self.feed = Feed(names=order.names, in_json=order.manner.format is not None)
        self.ended: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self.balance = order.balance
        self._settler = settler
        self._witness = witness
        self._loop = asyncio.get_running_loop()
        self._answering = Answering(order, self.feed, client, witness, briskness)
        self._finish: FinishReason | None = None
        self._cancelled: FinishReason | AppError | None = None
        self._task: asyncio.Task[None] | None = None
        self._running = False
        self._alarm: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins the task."""
        self._task = asyncio.create_task(self._run())
        if self.order.deadline is not None:
            self._alarm = self._loop.call_at(self.order.deadline, self._stop, TooLate(LATE))

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
            await self._answering.run()
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
        if self._alarm is not None:
            self._alarm.cancel()
        await self._end(error)

    def _announce(self) -> None:
        order = self.order
        self.feed.say(
            Accepted(request_id=order.request_id, conversation_id=order.conversation_id, message_id=order.message_id)
        )
        self.feed.say(order.precheck)

    async def _end(self, error: AppError | None) -> None:
        ended = self._ended(error)
        self.balance = self.order.balance + self.order.held - ended.charged
        log_end = last_news(self.order, self.feed, ended.last_words(self.balance)) if self.order.streamed else None
        settling = self._settler.submit(settlement(ended, log_end))
        saved = False
        try:
            settled: Settled = await asyncio.wait_for(asyncio.shield(settling), SETTLE_PATIENCE)
            self.balance = settled.balance
            saved = settled.settled or settled.charged == ended.charged  # else somebody took it for lost
        except (TimeoutError, asyncio.CancelledError):
            log.warning("settled_later", request_id=str(self.order.request_id))
        except Exception:
            log.exception("not_settled", request_id=str(self.order.request_id))
        if not saved:
            ended = structs.replace(ended, error=ended.error or Unavailable(UNSAVED, retry_after=5))
        for event in ended.last_words(self.balance):
            self.feed.say(event)
        self.feed.close()
        self.ended.set_result(ended)
        self._witness.ended(ended)

    def _ended(self, error: AppError | None) -> Ended:
        answering, text, now = self._answering, self.feed.text, self._loop.time()
        attempt = answering.attempt or Attempt(
            number=1, route=self.order.routes[0], way=Way.FRESH, began=now, max_tokens=0
        )
        answered = error is None and answering.failure is None
        return Ended(
            order=self.order,
            attempt=attempt,
            text=text,
            finish_reason=None if error is not None else self._finish or attempt.finish or FinishReason.STOP,
            error=error,
            charge=charge(self.order, attempt, text) if answered else None,
            notices=answering.notices,
            latency_ms=self._ms(now),
            first_token_ms=self._ms(answering.first_token) if answering.first_token is not None else None,
            failed_attempts=answering.failed,
        )

    def _ms(self, moment: float) -> int:
        return round((moment - self.order.began) * 1000)
