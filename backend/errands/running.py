"""Carrying an errand out: a task of its own that asks models and ends in settlement, whoever has gone meanwhile."""

import asyncio

import msgspec
import structlog
from msgspec import structs

from backend.chat.errors import Interrupted
from backend.chat.generation import SETTLE_PATIENCE
from backend.chat.witness import Witness
from backend.errands.order import ErrandOrder
from backend.errands.outcome import ErrandCharge, ErrandEnded, charge, done, settlement
from backend.errands.trying import Trying
from backend.errands.work import Made
from backend.errors import AppError, Conflict, Unavailable
from backend.metering.settlement import Settler
from backend.providers.engine import ProviderClient

UNSAVED = "The work was done, but it could not be written down yet. Ask again in a moment."

log = structlog.get_logger()


class Stopped(Conflict):
    """Its person stopped it."""


class Running:
    """One errand being carried out; `ended` is set when all is over."""

    def __init__(self, order: ErrandOrder, client: ProviderClient, settler: Settler, witness: Witness) -> None:
        self.order = order
        self.ended: asyncio.Future[ErrandEnded] = asyncio.get_running_loop().create_future()
        self._settler = settler
        self._witness = witness
        self._loop = asyncio.get_running_loop()
        self._trying = Trying(order, client, witness)
        self._stopped: AppError | None = None
        self._over = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins the task."""
        self._task = asyncio.create_task(self._run(), name="errand")

    async def wait(self) -> ErrandEnded:
        """The end, however many wait for it and whoever of them goes away."""
        return await asyncio.shield(self.ended)

    def cancel(self) -> bool:
        """The person wants it no more: the call is stopped at once and nothing charged. False when it is over."""
        return self._stop(Stopped("The request was stopped."))

    def interrupt(self, why: str) -> bool:
        """Something on our side ends it, such as a shutdown."""
        return self._stop(Interrupted(why))

    def _stop(self, why: AppError) -> bool:
        if self._stopped is not None or self._over:
            return False
        self._stopped = why
        if self._task is not None and self._trying.tried:
            self._task.cancel()
        return True

    async def _run(self) -> None:
        made: Made | None = None
        owed: ErrandCharge | None = None
        body, error = b"", None
        try:
            if self._stopped is not None:
                raise asyncio.CancelledError
            made = await self._trying.run()
            owed = charge(self.order, self._trying.tried[-1].route, made)
            body = msgspec.json.encode(
                self.order.shape(done(self.order, self._trying.tried, made, owed, self._latency_ms()))
            )
        except asyncio.CancelledError:
            if self._task is not None:
                self._task.uncancel()
            error = self._stopped or Interrupted("Fairlead was stopped before this was done. Ask again.")
        except AppError as failure:
            error = failure
        except Exception:
            log.exception("errand_bug", request_id=str(self.order.request_id))
            error = AppError("Something went wrong inside Fairlead. The request id helps your admin to find out what.")
        self._over = True
        await self._end(
            ErrandEnded(
                order=self.order,
                tried=self._trying.tried,
                made=made,
                charge=owed if error is None else None,
                body=body,
                error=error,
                cancelled=isinstance(error, Stopped),
                latency_ms=self._latency_ms(),
            )
        )

    async def _end(self, ended: ErrandEnded) -> None:
        settling = self._settler.submit(settlement(ended))
        saved = False
        try:
            settled = await asyncio.wait_for(asyncio.shield(settling), SETTLE_PATIENCE)
            saved = settled.settled or settled.charged == ended.charged  # else somebody took it for lost
        except (TimeoutError, asyncio.CancelledError):
            log.warning("settled_later", request_id=str(self.order.request_id))
        except Exception:
            log.exception("not_settled", request_id=str(self.order.request_id))
        if not saved and ended.error is None:
            ended = structs.replace(ended, error=Unavailable(UNSAVED, retry_after=5))
        ended.failure()
        self.ended.set_result(ended)
        if ended.reported_words is not None:
            self._witness.counted(ended.route, ended.reported_words)
        self._witness.over(ended.over())

    def _latency_ms(self) -> int:
        return round((self._loop.time() - self.order.began) * 1000)
