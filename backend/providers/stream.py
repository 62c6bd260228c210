"""One streamed answer, read in batches."""

import asyncio

from msgspec.structs import replace

from backend.providers.calls import Limits, Piece
from backend.providers.dialects import Decoder
from backend.providers.errors import ConnectionLost, ProviderError, Stage, TimedOut
from backend.providers.pacing import Metronome
from backend.providers.transport import Exchange

PACE = 0.02
"""Seconds between two reads of a stream that has begun."""

GRACE = 1.0
"""Seconds for usage and terminator to follow the finish reason; some servers send neither and stay connected."""

_CLOCK_GRAIN = 0.002
"""Seconds by which a loop's timer may be early."""


class ProviderStream:
    """An answer on its way: read it, one task at a time, until a piece is `done` or an error comes, then close it.

    The first text is handed out as it comes. From then on the socket is left alone between two reads: what arrives in
    the meantime gathers in the kernel, and one wake-up takes it all. Reading may be cancelled and taken up again.
    """

    __slots__ = (
        "__weakref__",
        "_arrival",
        "_closed",
        "_decoder",
        "_exchange",
        "_expired",
        "_limits",
        "_loop",
        "_metronome",
        "_next_read",
        "_opened",
        "_pace",
        "_progress",
        "_secret",
        "_since",
        "_timer",
    )

    def __init__(
        self,
        exchange: Exchange,
        decoder: Decoder,
        limits: Limits,
        secret: str | None,
        metronome: Metronome,
        pace: float,
    ) -> None:
        self._exchange = exchange
        self._decoder = decoder
        self._limits = limits
        self._secret = secret
        self._metronome = metronome
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._opened = self._since = self._loop.time()
        self._progress = 0
        self._next_read = 0.0
        self._arrival: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._expired: Stage | None = None
        self._closed = False

    def __del__(self) -> None:
        if not (self._closed or self._loop.is_closed()):
            self._exchange.close()

    @property
    def provider_request_id(self) -> str | None:
        """The provider's name for the call, if it has given one yet."""
        return self._decoder.request_id or self._exchange.headers.get("x-request-id")

    @property
    def malformed(self) -> int:
        """Frames skipped so far because they could not be understood."""
        return self._decoder.malformed

    async def read(self) -> Piece:
        """Waits until something is there and returns all that has arrived.

        Raises `TimedOut`, `ConnectionLost`, `Truncated`, `Malformed` or the fault the provider reports; text that
        arrived before a fault is returned first.
        """
        if self._progress:
            self._since = self._loop.time()
        try:
            if self._closed:
                raise ConnectionLost("the stream is closed")
            if self._decoder.fault is not None:
                raise self._decoder.fault
            while True:
                arrival = self._listen()
                if not arrival.done():
                    await arrival
                piece = self._collect()
                if piece is not None:
                    return piece
        except ProviderError as error:
            error.redact(self._secret)
            self._exchange.close()
            raise

    async def aclose(self) -> None:
        """Closes the connection to the provider at once, or gives it back if the answer is complete. May be repeated.

        Awaits nothing, so it works in a `finally` that runs because of a cancellation.
        """
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._decoder.done:
            self._exchange.release()
        else:
            self._exchange.close()

    def _listen(self) -> asyncio.Future[None]:
        """A future of the next arrival. Reading goes on when the pause is over, and the limits' clock runs."""
        arrival = self._arrival = self._exchange.arrival()
        if not arrival.done():
            if self._next_read:
                self._metronome.call_at(self._next_read, self._exchange.resume)
                self._next_read = 0.0
            if self._timer is None:
                self._timer = self._loop.call_at(self._deadline(), self._watch)
        return arrival

    def _collect(self) -> Piece | None:
        """What has arrived, if it is worth handing out; otherwise None."""
        decoder = self._decoder
        data = self._exchange.take()
        if not data:
            return self._end()
        piece = decoder.feed(data)
        if decoder.done:
            return piece
        if decoder.finish_reason is not None:
            if self._timer is not None:
                self._timer.cancel()  # the grace is shorter than the limits it was set for
                self._timer = None
        elif decoder.progress != self._progress:
            self._progress = decoder.progress
            self._since = self._loop.time()
            self._next_read = self._since + self._pace
            self._exchange.pause()
        return piece if _is_worth_telling(piece) else None

    def _end(self) -> Piece | None:
        """What it means that nothing has come although the wait is over."""
        decoder, rest = self._decoder, Piece()
        if self._exchange.ended:
            rest = decoder.feed(b"\n\n")  # some servers leave the last event open
            if (rest.text or rest.tool_uses) and not rest.done:
                return rest
            decoder.finish()
        elif decoder.finish_reason is None:
            if self._exchange.broken:
                raise ConnectionLost("the connection broke within the answer")
            if self._expired is None:
                return None
            raise TimedOut(self._expired)
        decoder.done = True
        return replace(rest, finish_reason=decoder.finish_reason, done=True)

    def _deadline(self) -> float:
        if self._decoder.finish_reason is not None:
            limit = GRACE
        else:
            limit = self._limits.inter_token if self._progress else self._limits.first_token
        return min(self._since + limit, self._opened + self._limits.total)

    def _watch(self) -> None:
        """Runs at what was the deadline when the wait began; tokens since then have moved it."""
        self._timer = None
        if self._arrival is None or self._arrival.done():
            return  # nobody is waiting
        deadline = self._deadline()
        if self._loop.time() + _CLOCK_GRAIN < deadline:
            self._timer = self._loop.call_at(deadline, self._watch)
            return
        over_all = deadline == self._opened + self._limits.total
        self._expired = "total" if over_all else "inter_token" if self._progress else "first_token"
        self._arrival.set_result(None)


def _is_worth_telling(piece: Piece) -> bool:
    return bool(piece.text or piece.usage is not None or piece.tool_uses or piece.logprobs)
