"""The models that could have answered as well, and asking them."""

import asyncio
from decimal import ROUND_FLOOR, Decimal, localcontext

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
from backend.v1.asking import Stopped
from backend.v1.process.answer import ProcessAlternative
from backend.v1.process.envelope import read
from backend.v1.process.told import Told, error_of
from shared.chat import ChatAnswer, UsageFigures
from shared.messages import FinishReason


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


async def asked(
    chats: Chats, caller: Caller, inquiry: Inquiry, runners: list[RunnerUp], spent: Decimal, elapsed: float
) -> list[ProcessAlternative]:
    """Asks all of them at once, each as a request of its own within what is left of credits and time."""
    if not runners:
        return []
    preferences = structs.replace(
        inquiry.preferences,
        allow_fallbacks=False,
        most_credits=share(inquiry.preferences.most_credits, spent, len(runners)),
    )
    within = inquiry.within - elapsed if inquiry.within is not None else None
    same = structs.replace(inquiry, preferences=preferences, within=within, stream=False)
    return list(
        await asyncio.gather(
            *(_ask(chats, _apart(caller, place), same, runner) for place, runner in enumerate(runners, 1))
        )
    )


def _apart(caller: Caller, place: int) -> Caller:
    """The same caller with another request, which an idempotency key repeats together with the first one."""
    key = caller.idempotency_key
    return structs.replace(caller, request_id=new_id(), idempotency_key=f"{key}\n{place}" if key is not None else None)


async def _ask(chats: Chats, caller: Caller, inquiry: Inquiry, runner: RunnerUp) -> ProcessAlternative:
    mine = structs.replace(inquiry, models=(runner.model,), requested=runner.model)
    try:
        answer = await _answer(chats, caller, mine)
    except AppError as refusal:
        return ProcessAlternative(
            service=runner.service,
            model=runner.model,
            confidence=runner.confidence,
            cost=ZERO,
            request_id=caller.request_id,
            error=error_of(refusal.body(str(caller.request_id))),
        )
    data, error = read(answer.text, as_json=inquiry.manner.format is not None)
    return ProcessAlternative(
        service=answer.provider,
        model=answer.model,
        data=data,
        confidence=runner.confidence if answer.model == runner.model else None,
        cost=answer.usage.credits,
        request_id=answer.request_id,
        error=error,
    )


async def _answer(chats: Chats, caller: Caller, inquiry: Inquiry) -> ChatAnswer:
    begun = await chats.begin(caller, inquiry)
    if isinstance(begun, ChatAnswer):
        return begun
    assert isinstance(begun, Generation), "only streams are followed elsewhere"
    ended = await begun.wait()
    if ended.error is not None:
        raise ended.error
    if ended.finish_reason is FinishReason.CANCELLED:
        raise Stopped("The answer was stopped.")
    return ended.answer(begun.balance)
