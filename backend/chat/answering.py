"""Getting an answer out of the routes of an order, whatever their providers do.

Routes are asked in order, each again where that can help, until one has written something; an answer that then breaks
off is saved: gone on with, or asked for anew. Everything said goes into the feed.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

from msgspec import MsgspecError, Raw, json, structs

from backend.chat.attempt import Attempt, affordable
from backend.chat.briskness import Briskness
from backend.chat.charge import credits_so_far
from backend.chat.errors import Diverged
from backend.chat.feed import Feed
from backend.chat.order import Order, Route
from backend.chat.outcome import failed_attempt, route_view, tool_calls
from backend.chat.rescue import RESCUES, Continuation, Repetition, Step, Way, rescue_steps, with_room
from backend.chat.retry import pause_before_retry
from backend.chat.witness import Witness
from backend.metering.records import AttemptRecord
from backend.policy.errors import NoRoute
from backend.providers.calls import Piece, Target
from backend.providers.engine import ProviderClient
from backend.providers.errors import ContextTooLong, Endless, ProviderError
from shared.chat import TokenLikelihood, UsageFigures
from shared.events import Logprobs, ToolCalls
from shared.messages import FinishReason

FIGURES_EVERY = 1.0
"""Seconds between live usage events."""

PATIENCE = 30.0
"""Seconds that one request may spend waiting for providers that ask for it."""


MOST_CHARACTERS = 4_000_000
"""Of one answer; more than any model writes, so that one that never ends does not fill the memory."""


_decode_likelihood = json.Decoder(TokenLikelihood).decode


class Answering:
    """`attempt` is the newest; `failed` are those before it, `failure` why the newest failed, if it did."""

    def __init__(
        self, order: Order, feed: Feed, client: ProviderClient, witness: Witness, briskness: Briskness
    ) -> None:
        self.attempt: Attempt | None = None
        self.failed: list[AttemptRecord] = []
        self.failure: ProviderError | None = None
        self.notices = list(order.notices)
        self.first_token: float | None = None
        self._order = order
        self._feed = feed
        self._client = client
        self._witness = witness
        self._briskness = briskness
        self._loop = asyncio.get_running_loop()
        self._patience = PATIENCE
        self._figures_due = order.began + FIGURES_EVERY

    async def run(self) -> None:
        """Returns when the answer is whole. Raises the last `ProviderError`, or `NoRoute` when nobody was asked."""
        await self._begin()
        rescues = 0
        while self.failure is not None:
            if not (self._feed.length and self.failure.try_next_route) or rescues >= RESCUES:
                raise self.failure
            rescues = await self._rescue(rescues)

    async def _begin(self) -> None:
        """Asks until something is written, the answer is there, or nobody is left."""
        for route in self._routes():
            await self._insist(route)
            if self.failure is None or self._feed.length or not self.failure.try_next_route:
                return
        if self.attempt is None:
            raise NoRoute("No model can be reached at the moment. Try again shortly.", retry_after=5)

    def _routes(self) -> Iterator[Route]:
        """The chain; after a prompt that was too long only models that read more, those in reserve too."""
        waiting = list(self._order.routes)
        while waiting:
            route = waiting.pop(0)
            if affordable(self._order, route, "") is not None:
                yield route
            if isinstance(self.failure, ContextTooLong):
                waiting = with_room([*waiting, *self._order.reserve], route.model, self.failure)

    async def _insist(self, route: Route) -> None:
        """Asks one route, again while that may help."""
        tries = 0
        while self._left() > 0 and self._witness.may_try(route):
            await self._try(Step(route, Way.FRESH))
            tries += 1
            if self.failure is None or self._feed.length:
                return
            pause = pause_before_retry(self.failure, tries, min(self._patience, self._left() - 1))
            if pause is None:
                return
            self._patience -= pause
            await asyncio.sleep(pause)

    async def _rescue(self, rescues: int) -> int:
        """Asks for the rest of what broke off; returns how many rescues there were by now."""
        broken, failure = self.attempt, self.failure
        assert broken is not None
        assert failure is not None
        steps = rescue_steps(self._order.routes, broken.route, failure)
        before = self._feed.length
        for step in steps:
            if rescues >= RESCUES or self._left() <= 1:
                break
            if affordable(self._order, step.route, self._feed.text) is None or not self._witness.may_try(step.route):
                continue
            rescues += 1
            await self._try(step)
            if self.failure is None or self._feed.length != before:
                return rescues
        return RESCUES

    async def _try(self, step: Step) -> None:
        """One call; `failure` says how it went."""
        attempt = self._take(step)
        try:
            await self._call(attempt)
        except Diverged as failure:
            self.failure = failure
            self._witness.let_go(step.route)
        except ProviderError as failure:
            self.failure = failure
            self._briskness.failed(step.route)
            self._witness.failed(step.route, failure)
        except BaseException:
            self._witness.let_go(step.route)
            raise
        else:
            self._briskness.answered(step.route, self._loop.time() - attempt.began)
            self._witness.answered(step.route)

    def _take(self, step: Step) -> Attempt:
        """Begins an attempt: the one before it is history, and everybody is told of the route."""
        previous, failure = self.attempt, self.failure
        if previous is not None and failure is not None:
            self.failed.append(self.record(previous, failure, final=False))
            if previous.route.model is not step.route.model:
                self.notices.append(_switched(previous.route, step))
        carried = self._feed.text if step.way is Way.CONTINUE else ""
        attempt = self.attempt = Attempt(
            number=previous.number + 1 if previous is not None else 1,
            route=step.route,
            way=step.way,
            began=self._loop.time() if previous is not None else self._order.began,
            max_tokens=affordable(self._order, step.route, carried) or 1,
            carried=carried,
            written=[],
        )
        self.failure = None
        self._feed.attempt(attempt.number)
        self._feed.say(route_view(self._order, step.route, attempt.number, attempt.max_tokens, list(self.notices)))
        return attempt

    async def _call(self, attempt: Attempt) -> None:
        left = max(self._left(), 0)
        brisk = attempt.way is Way.FRESH and not self._order.streamed and attempt.route in self._briskness
        if brisk:
            await self._complete(attempt, min(left, attempt.route.target.limits.first_byte))
        else:
            await self._stream(attempt, _within(attempt.route.target, left))

    async def _complete(self, attempt: Attempt, seconds: float) -> None:
        reply = await self._client.complete(attempt.route.target, attempt.call(self._order), within=seconds)
        self._write(attempt, _storable(reply.text))
        self._take_logprobs(attempt, reply.logprobs)
        attempt.tool_uses = reply.tool_uses
        self._tell_tool_uses(attempt)
        attempt.usage, attempt.finish = reply.usage, reply.finish_reason
        attempt.stop_sequence = _storable(reply.stop_sequence or "") or None
        attempt.provider_cost, attempt.provider_request_id = reply.provider_cost, reply.provider_request_id

    async def _stream(self, attempt: Attempt, target: Target) -> None:
        sieve = _sieve(attempt.way, self._feed.text)
        stream = await self._client.open_stream(target, attempt.call(self._order))
        try:
            while True:
                piece = await stream.read()
                if piece.text:
                    self._receive(attempt, sieve, _storable(piece.text))
                if self._facts(attempt, piece):
                    break
        finally:
            attempt.provider_request_id = stream.provider_request_id
            attempt.malformed = stream.malformed
            await stream.aclose()
        if isinstance(sieve, Repetition) and not (sieve.differs or sieve.complete):
            self._replace(attempt, sieve.said(""))
        self._tell_tool_uses(attempt)

    def _tell_tool_uses(self, attempt: Attempt) -> None:
        """Tools are told when the answer is whole: what was told of one that breaks off could not be taken back."""
        if not attempt.tool_uses:
            return
        if attempt.first_token is None:
            attempt.first_token = self._loop.time()
            self.first_token = self.first_token or attempt.first_token
        self._feed.say(ToolCalls(calls=tool_calls(attempt)))

    def _take_logprobs(self, attempt: Attempt, entries: tuple[Raw, ...]) -> None:
        """Log probabilities as far as they can be read; they are no reason to lose an answer."""
        found: list[TokenLikelihood] = []
        for entry in entries:
            with suppress(MsgspecError):
                found.append(_decode_likelihood(entry))
        if found:
            attempt.logprobs += found
            self._feed.say(Logprobs(content=found))

    def _facts(self, attempt: Attempt, piece: Piece) -> bool:
        if piece.tool_uses:
            attempt.tool_uses += piece.tool_uses
        if piece.logprobs:
            self._take_logprobs(attempt, piece.logprobs)
        if piece.usage is not None:
            attempt.usage = piece.usage
        if piece.provider_cost is not None:
            attempt.provider_cost = piece.provider_cost
        if piece.done:
            attempt.finish = piece.finish_reason or FinishReason.STOP
            attempt.stop_sequence = _storable(piece.stop_sequence or "") or None
        return piece.done

    def _receive(self, attempt: Attempt, sieve: Continuation | Repetition | None, text: str) -> None:
        if sieve is None:
            self._write(attempt, text)
            return
        new = sieve.take(text)
        if isinstance(sieve, Repetition) and sieve.differs and attempt.number != self._feed.edition:
            self._replace(attempt, sieve.said(text))
        elif isinstance(sieve, Repetition) and sieve.differs:
            self._write(attempt, text)
        else:
            attempt.written.append(text[: len(text) - len(new)])
            self._write(attempt, new)

    def _replace(self, attempt: Attempt, text: str) -> None:
        """Everybody is told to forget what was shown. Raises `Diverged` when they cannot be."""
        if not self._order.may_restart:
            raise Diverged
        attempt.logprobs = []
        self._feed.restart(attempt.number, "The answer broke off and was begun anew.")
        attempt.written.clear()
        self._write(attempt, text)

    def _write(self, attempt: Attempt, text: str) -> None:
        if not text:
            return
        now = self._loop.time()
        if attempt.first_token is None:
            attempt.first_token = now
            self.first_token = self.first_token or now
        attempt.written.append(text)
        self._feed.write(text)
        if self._feed.length > MOST_CHARACTERS:
            raise Endless(f"more than {MOST_CHARACTERS:,} characters")
        if self._figures_due < now:
            self._say_figures(attempt, now)

    def _say_figures(self, attempt: Attempt, now: float) -> None:
        self._figures_due = now + FIGURES_EVERY
        self._feed.touch(time.monotonic())
        order = self._order
        tokens, credits = credits_so_far(order, attempt.route, self._feed.length)
        self._feed.say(
            UsageFigures(
                prompt_tokens=attempt.route.prompt_tokens,
                completion_tokens=tokens,
                credits=credits,
                balance=order.balance + order.held - credits,
                final=False,
                estimated=True,
            ),
            keep=False,
        )

    def record(self, attempt: Attempt, failure: ProviderError, *, final: bool) -> AttemptRecord:
        """A failed attempt as it is stored."""
        return failed_attempt(self._order, attempt, failure, self._loop.time(), final=final)

    def _left(self) -> float:
        return self._order.began + self._order.budget - self._loop.time()


def _sieve(way: Way, shown: str) -> Continuation | Repetition | None:
    match way:
        case Way.FRESH:
            return None
        case Way.CONTINUE:
            return Continuation(shown)
        case Way.AGAIN:
            return Repetition(shown)


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL's text does not hold."""
    return text.replace("\0", "") if "\0" in text else text


def _within(target: Target, seconds: float) -> Target:
    """The target with no more time than there is left."""
    if seconds >= target.limits.total:
        return target
    return structs.replace(target, limits=structs.replace(target.limits, total=seconds))


def _switched(before: Route, step: Step) -> str:
    name, other = step.route.model.display_name, before.model.display_name
    if step.way is Way.FRESH:
        return f"Switched to {name} after {other} failed. The failed attempt cost nothing."
    return f"{name} took over after the answer of {other} broke off. The part that broke off cost nothing."
