"""Getting an errand done by the routes of an order, whatever their providers do."""

import asyncio

from msgspec import Struct

from backend.chat.order import Route
from backend.chat.retry import pause_before_retry
from backend.chat.witness import Witness
from backend.errands.order import ErrandOrder
from backend.errands.work import Made
from backend.policy.errors import NoRoute
from backend.providers.engine import ProviderClient
from backend.providers.errors import ProviderError

PATIENCE = 30.0
"""Seconds that one errand may spend waiting for providers that ask for it."""


class Tried(Struct, kw_only=True):
    """One call to one route; times are on the loop's clock, in seconds. `failure` is set when it failed."""

    number: int
    route: Route
    began: float
    ended: float = 0.0
    failure: ProviderError | None = None


class Trying:
    """`tried` are all attempts so far, the newest last."""

    def __init__(self, order: ErrandOrder, client: ProviderClient, witness: Witness) -> None:
        self.tried: list[Tried] = []
        self._order = order
        self._client = client
        self._witness = witness
        self._loop = asyncio.get_running_loop()
        self._patience = PATIENCE

    async def run(self) -> Made:
        """What was made. Raises the last `ProviderError`, or `NoRoute` when nobody could be asked."""
        for place, route in enumerate(self._order.routes):
            if place and route.tariff.fixed > self._order.held:
                continue
            made = await self._insist(route)
            if made is not None:
                return made
            failure = self.tried[-1].failure if self.tried else None
            if failure is not None and not failure.try_next_route:
                break
        if self.tried and self.tried[-1].failure is not None:
            raise self.tried[-1].failure
        raise NoRoute("No model can be reached at the moment. Try again shortly.", retry_after=5)

    async def _insist(self, route: Route) -> Made | None:
        """Asks one route, again while that may help."""
        tries = 0
        while self._left() > 0 and self._witness.may_try(route):
            tried = Tried(number=len(self.tried) + 1, route=route, began=self._loop.time())
            self.tried.append(tried)
            made = await self._try(tried)
            if made is not None or tried.failure is None:
                return made
            tries += 1
            pause = pause_before_retry(tried.failure, tries, min(self._patience, self._left() - 1))
            if pause is None:
                return None
            self._patience -= pause
            await asyncio.sleep(pause)
        return None

    async def _try(self, tried: Tried) -> Made | None:
        work, route = self._order.work, tried.route
        try:
            within = min(self._left(), work.patience(route.target.limits))
            made = await work.ask(self._client, route.target, route.model.upstream_name, within)
        except ProviderError as failure:
            tried.failure = failure
            self._witness.failed(route, failure)
            return None
        except BaseException:
            self._witness.let_go(route)
            raise
        finally:
            tried.ended = self._loop.time()
        self._witness.answered(route)
        return made

    def _left(self) -> float:
        return self._order.began + self._order.budget - self._loop.time()
