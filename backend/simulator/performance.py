"""One answer from ask to steps: persona, orders, reply, pace and fault brought together."""

from time import time
from uuid import uuid4

from msgspec.structs import replace

from backend.simulator import transmission
from backend.simulator.ask import Ask
from backend.simulator.dialects.dialect import Dialect, Stamp
from backend.simulator.faults import bodies, refusals, replies, streams, wire
from backend.simulator.http import JSON, Request, Steps
from backend.simulator.pace import Pace
from backend.simulator.personas import Persona
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import compose, seed
from backend.simulator.rules import Orders
from backend.simulator.traffic import Record

FIRST_HEADER, SPACING_HEADER = "x-simulator-first-ms", "x-simulator-spacing-ms"
"""Request headers that set the pace of one answer, in milliseconds and without jitter."""

_IN_BAND = Refusal(Kind.SERVER)
_MOST_MS = 600_000


class Performance:
    """An answer that is about to be given."""

    def __init__(
        self, request: Request, dialect: Dialect, ask: Ask, persona: Persona, orders: Orders, record: Record
    ) -> None:
        """Raises Refusal when the answer is an honest error response."""
        self._dialect = dialect
        self._ask = ask
        self._record = record
        self._fault = fault = orders.fault or persona.fault
        record.fault = str(fault) if fault is not None else None
        record.broken = fault is not None and wire.breaks(fault)
        if fault is not None and (refusal := refusals.refusal(fault)) is not None:
            raise refusal
        self._reply = compose(ask, persona, orders.script or persona.script)
        self._pace = _paced(orders.pace or persona.pace, request)
        if fault is not None:
            self._reply = replies.spoil_reply(self._reply, fault)
            self._pace = replies.spoil_pace(self._pace, fault)
        self._stamp = Stamp(uuid4().hex, int(time()))
        self._random = seed(request.body)
        self._framed = request.version == "1.1" and not wire.is_unframed(fault)

    def steps(self) -> Steps:
        """The answer on the wire."""
        return self._streamed() if self._ask.stream else self._single()

    def _streamed(self) -> Steps:
        fault, dialect = self._fault, self._dialect
        head = transmission.stream_head(self._fields(dialect.stream_type), framed=self._framed)
        frames = dialect.frames(self._ask, self._reply, self._stamp)
        if fault is not None:
            if (steps := wire.instead(fault, head)) is not None:
                return steps
            frames = streams.spoil_frames(frames, fault, lambda: dialect.error_frame(_IN_BAND))
        delays = self._pace.delays(self._random)
        return self._on_wire(transmission.stream(head, frames, delays, self._record, framed=self._framed))

    def _single(self) -> Steps:
        fault, dialect = self._fault, self._dialect
        data = dialect.body(self._ask, self._reply, self._stamp)
        body = bodies.spoil_body(data, fault, lambda: dialect.error(_IN_BAND))
        head = transmission.single_head(body.length, self._fields(JSON), framed=self._framed)
        if fault is not None and (steps := wire.instead(fault, head)) is not None:
            return steps
        tokens = len(self._reply.reasoning) + len(self._reply.texts)
        delay = self._pace.total(tokens, self._random)
        return self._on_wire(transmission.single(head, body, delay, self._record, framed=self._framed))

    def _on_wire(self, steps: Steps) -> Steps:
        return steps if self._fault is None else wire.spoil_steps(steps, self._fault, self._random)

    def _fields(self, content_type: str) -> dict[str, str]:
        """Providers behind a content network set a cookie on every answer; nobody should send it back."""
        return {
            "content-type": wire.content_type(content_type, self._fault),
            "x-request-id": f"req_{self._stamp.identity}",
            "set-cookie": f"sim_session={self._stamp.identity}; Path=/; HttpOnly",
        }


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
