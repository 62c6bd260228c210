"""The models that could have answered as well, and asking them."""

import asyncio
import time
from decimal import ROUND_FLOOR, Decimal, localcontext

import structlog
from msgspec import Struct, structs

from backend.chat.generation import Generation
from backend.chat.inquiry import Inquiry
from backend.chat.order import Route
from backend.chat.pipeline import Caller
from backend.chat.plan import Decided
from backend.chat.service import Chats
from backend.columns import new_id
from backend.errors import AppError
from backend.metering.pricing import ZERO, raw_cost
from backend.providers.calls import TokenUsage
from backend.v1.process.answer import ProcessAlternative
from backend.v1.process.envelope import read
from backend.v1.process.told import Told, error_of
from shared.chat import ChatAnswer, OnDisconnect, UsageFigures
from shared.errors import ErrorCode

BUG = AppError("Something went wrong inside Fairlead. The request id helps your admin to find out what.")

log = structlog.get_logger()


class RunnerUp(Struct, frozen=True, kw_only=True):
    """A model beside the one that answered, with the policy's score and what the same answer would cost there."""

    service: str
    model: str
    confidence: float
    cost: Decimal


def runners_up(decided: Decided, told: Told) -> list[RunnerUp]:
    """The other models of the chain, best first."""
    scores = {candidate.model: candidate.score for candidate in decided.decision.chain}
    routes: dict[str, Route] = {}
    for route in decided.routes:
        routes.setdefault(route.model.name, route)
    return [
        RunnerUp(
            service=route.model.provider.name, model=name, confidence=scores[name], cost=_same(told.figures, route)
        )
        for name, route in routes.items()
        if name != told.model
    ]


def _same(figures: UsageFigures, route: Route) -> Decimal:
    usage = TokenUsage(input=figures.prompt_tokens, output=figures.completion_tokens)
    return route.rate.credits(raw_cost(usage, route.price).total)


def unasked(runner: RunnerUp) -> ProcessAlternative:
    """One that is only named."""
    return ProcessAlternative(
        service=runner.service, model=runner.model, confidence=runner.confidence, cost=runner.cost
    )


def share(most: Decimal | None, spent: Decimal, among: int) -> Decimal | None:
    """What each of several may cost so that all together stay within the limit."""
    if most is None:
        return None
    with localcontext(rounding=ROUND_FLOOR):
        return max(ZERO, most - spent) / among


class Asking(Struct, frozen=True, kw_only=True):
    """What is asked of the runners-up: `inquiry` as it came at `came` (monotonic clock), each for at most `most`."""

    chats: Chats
    caller: Caller
    inquiry: Inquiry
    came: float
    most: Decimal | None

    async def all(self, runners: list[RunnerUp]) -> list[ProcessAlternative]:
        """Asks all of them at once, each as a request of its own, and in turn those that had to wait for another."""
        found = await asyncio.gather(*(self._ask(place, runner) for place, runner in enumerate(runners, 1)))
        for place, (runner, told) in enumerate(zip(runners, found, strict=True), 1):
            if told.error is not None and told.error.code is ErrorCode.TOO_MANY_CHATS:
                found[place - 1] = await self._ask(place, runner)
        return found

    async def _ask(self, place: int, runner: RunnerUp) -> ProcessAlternative:
        caller = self._apart(place)
        try:
            answer = await _answer(self.chats, caller, self._of(runner))
        except AppError as refusal:
            return _refused(runner, caller, refusal)
        except Exception:
            log.exception("alternative_bug", request_id=str(caller.request_id))
            return _refused(runner, caller, BUG)
        data, error = read(answer.text, answer.finish_reason, as_json=self.inquiry.manner.format is not None)
        return ProcessAlternative(
            service=answer.provider,
            model=answer.model,
            data=data,
            confidence=runner.confidence if answer.model == runner.model else None,
            cost=answer.usage.credits,
            request_id=answer.request_id,
            error=error,
        )

    def _apart(self, place: int) -> Caller:
        """The same caller with another request, which an idempotency key repeats together with the first one."""
        key = self.caller.idempotency_key
        apart = f"{key}\n{place}" if key is not None else None
        return structs.replace(self.caller, request_id=new_id(), idempotency_key=apart)

    def _of(self, runner: RunnerUp) -> Inquiry:
        asked = self.inquiry
        return structs.replace(
            asked,
            models=(runner.model,),
            requested=runner.model,
            preferences=structs.replace(asked.preferences, allow_fallbacks=False, most_credits=self.most),
            within=asked.within - (time.monotonic() - self.came) if asked.within is not None else None,
            stream=False,
        )


def _refused(runner: RunnerUp, caller: Caller, refusal: AppError) -> ProcessAlternative:
    return ProcessAlternative(
        service=runner.service,
        model=runner.model,
        confidence=runner.confidence,
        cost=ZERO,
        request_id=caller.request_id,
        error=error_of(refusal.body(str(caller.request_id))),
    )


async def _answer(chats: Chats, caller: Caller, inquiry: Inquiry) -> ChatAnswer:
    begun = await chats.begin(caller, inquiry)
    if isinstance(begun, ChatAnswer):
        return begun
    assert isinstance(begun, Generation), "only streams are followed elsewhere"
    try:
        ended = await begun.wait()
    except asyncio.CancelledError:
        if begun.order.on_disconnect is OnDisconnect.CANCEL:
            begun.cancel()
        raise
    if ended.error is not None:
        raise ended.error
    return ended.answer(begun.balance)
