"""One answer from ask to steps: persona, orders, reply, pace and fault brought together."""

from collections.abc import Callable, Iterator
from functools import partial
from time import time
from uuid import uuid4

from msgspec.structs import replace

from backend.simulator import transmission
from backend.simulator.ask import Ask, Given
from backend.simulator.dialects.dialect import Dialect, Stamp
from backend.simulator.faults import bodies, refusals, replies, streams, wire
from backend.simulator.frames import Frame
from backend.simulator.http import JSON, Request, Steps
from backend.simulator.pace import Pace
from backend.simulator.personas import Persona
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import Reply, check_window, compose, seed
from backend.simulator.rules import Orders
from backend.simulator.traffic import Record

FIRST_HEADER, SPACING_HEADER = "x-simulator-first-ms", "x-simulator-spacing-ms"
"""Request headers that set the pace of one answer, in milliseconds and without jitter."""

_IN_BAND = Refusal(Kind.SERVER)
_MOST_MS = 600_000


class Performance:
    """An answer that is about to be given."""

    def __init__(
        self, request: Request, dialect: Dialect, ask: Ask | Given, persona: Persona, orders: Orders, record: Record
    ) -> None:
        """Raises Refusal when the answer is an honest error response."""
        self._dialect = dialect
        self._record = record
        self._fault = fault = orders.fault or persona.fault
        record.fault = str(fault) if fault is not None else None
        record.broken = fault is not None and wire.breaks(fault)
        if fault is not None and (refusal := refusals.refusal(fault)) is not None:
            raise refusal
        self._play = self._answered(ask, persona, orders)
        self._pace = _paced(orders.pace or persona.pace, request)
        if fault is not None:
            self._pace = replies.spoil_pace(self._pace, fault)
        self._stamp = Stamp(uuid4().hex, int(time()))
        self._random = seed(request.body)
        self._framed = request.version == "1.1" and not wire.is_unframed(fault)

    def steps(self) -> Steps:
        """The answer on the wire."""
        return self._play()

    def _answered(self, ask: Ask | Given, persona: Persona, orders: Orders) -> Callable[[], Steps]:
        """What is left to do once nothing can be refused any more."""
        if isinstance(ask, Given):
            check_window(ask.longest, persona)
            return partial(self._single, ask.data, 0)
        reply = compose(ask, persona, orders.script or persona.script)
        if self._fault is not None:
            reply = replies.spoil_reply(reply, self._fault)
        if ask.stream:
            return lambda: self._streamed(self._dialect.frames(ask, reply, self._stamp))
        return lambda: self._single(self._dialect.body(ask, reply, self._stamp), _tokens(reply))

    def _streamed(self, frames: Iterator[Frame]) -> Steps:
        fault, dialect = self._fault, self._dialect
        head = transmission.stream_head(self._fields(dialect.stream_type), framed=self._framed)
        if fault is not None:
            if (steps := wire.instead(fault, head)) is not None:
                return steps
            frames = streams.spoil_frames(frames, fault, self._error_frame, dialect.malformed)
        delays = self._pace.delays(self._random)
        return self._on_wire(transmission.stream(head, frames, delays, self._record, framed=self._framed))

    def _single(self, data: bytes, tokens: int) -> Steps:
        fault = self._fault
        body = bodies.spoil_body(data, fault, self._error_body)
        head = transmission.single_head(body.length, self._fields(JSON), framed=self._framed)
        if fault is not None and (steps := wire.instead(fault, head)) is not None:
            return steps
        delay = self._pace.total(tokens, self._random)
        return self._on_wire(transmission.single(head, body, delay, self._record, framed=self._framed))

    def _error_frame(self) -> bytes:
        return self._dialect.error_frame(_IN_BAND, self._stamp.identity)

    def _error_body(self) -> bytes:
        return self._dialect.refused(_IN_BAND, self._stamp.identity, stream=False).body

    def _on_wire(self, steps: Steps) -> Steps:
        return steps if self._fault is None else wire.spoil_steps(steps, self._fault, self._random)

    def _fields(self, content_type: str) -> dict[str, str]:
        """Providers behind a content network set a cookie on every answer; nobody should send it back."""
        return {
            "content-type": wire.content_type(content_type, self._fault),
            self._dialect.identity_header: f"req_{self._stamp.identity}",
            "set-cookie": f"sim_session={self._stamp.identity}; Path=/; HttpOnly",
        }


def _tokens(reply: Reply) -> int:
    return len(reply.reasoning) + len(reply.texts) + sum(len(call.pieces) for call in reply.calls)


def _paced(pace: Pace, request: Request) -> Pace:
    first = _milliseconds(request, FIRST_HEADER)
    spacing = _milliseconds(request, SPACING_HEADER)
    if first is None and spacing is None:
        return pace
    return replace(
        pace,
        first_ms=pace.first_ms if first is None else first,
        spacing_ms=pace.spacing_ms if spacing is None else spacing,
        jitter=0.0,
    )


def _milliseconds(request: Request, header: str) -> int | None:
    value = request.headers.get(header)
    if value is None:
        return None
    if not value.isdecimal() or int(value[:7]) > _MOST_MS:
        raise Refusal(Kind.INVALID, f"{header} is a whole number of milliseconds up to {_MOST_MS}.", field=header)
    return int(value)
