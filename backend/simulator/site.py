"""What answers a request: dialects, the control endpoint, health."""

from uuid import uuid4

import msgspec
from msgspec.structs import replace

from backend.simulator import pictures
from backend.simulator.ask import Ask, Given
from backend.simulator.control import Control
from backend.simulator.dialects import DIALECTS
from backend.simulator.dialects.dialect import Dialect
from backend.simulator.faults.wire import HTML_PAGE
from backend.simulator.http import Request, Step, Steps, status_of, whole
from backend.simulator.pace import Pace
from backend.simulator.performance import Performance
from backend.simulator.personas import find
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.rules import Rules
from backend.simulator.traffic import KEPT_BODY_BYTES, Record, Traffic

BODY_LIMIT_BYTES = 16 * 1024 * 1024
BAD_KEY = "bad-key"
_HTML_KINDS = {Kind.BAD_GATEWAY, Kind.GATEWAY_TIMEOUT}
_HEALTHY = b'{"status":"healthy","service":"simulator"}'


class Exchange:
    """A request on its way to an answer."""

    def __init__(self, steps: Steps, traffic: Traffic | None = None, record: Record | None = None) -> None:
        self.steps = steps
        self._traffic = traffic
        self._record = record

    def ended(self, *, complete: bool, at: float) -> None:
        """The answer is out, or the connection is gone; to be called once."""
        if self._traffic is not None and self._record is not None:
            self._traffic.ended(self._record, complete=complete, at=at)


class Site:
    """The simulator without its sockets. `pace`, when given, replaces that of all named models."""

    body_limit = BODY_LIMIT_BYTES

    def __init__(self, pace: Pace | None = None) -> None:
        self.traffic = Traffic()
        self.rules = Rules()
        self._control = Control(self.rules, self.traffic)
        self._pace = pace

    def answer(self, request: Request, at: float) -> Exchange:
        """The exchange for a request that was read at `at` milliseconds."""
        if request.path == "/health" and request.method in {"GET", "HEAD"}:
            return Exchange([Step(0, whole(200, _HEALTHY))])
        if self._control.owns(request.path):
            return Exchange([Step(0, self._control.answer(request))])
        if request.path.startswith(pictures.PATH) and request.method == "GET":
            return Exchange([Step(0, pictures.serve(request.path))])
        dialect, request = _addressed(request)
        record = self.traffic.started(request, at)
        record.dialect = dialect.name
        try:
            steps = self._steps(request, dialect, record)
        except Refusal as refusal:
            response = _refused(dialect, refusal, stream=record.stream)
            record.status = status_of(response)
            steps = [Step(0, response)]
        return Exchange(steps, self.traffic, record)

    def refuse(self, request: Request, status: int, message: str) -> bytes:
        """The response to a request that was not read to its end; the connection closes after it."""
        kind = Kind.TOO_LARGE if status == 413 else Kind.INVALID
        refusal = Refusal(kind, message, status=status, headers={"connection": "close"})
        return _refused(_addressed(request)[0], refusal, stream=False)

    def _steps(self, request: Request, dialect: Dialect, record: Record) -> Steps:
        if not dialect.owns(request.path, request.headers):
            raise Refusal(Kind.UNKNOWN_PATH, f"Unknown request URL: {request.method} {request.path[:200]}.")
        key = dialect.key(request)
        record.key_ending = key[-4:]
        if not key:
            raise Refusal(Kind.NO_KEY)
        if key == BAD_KEY:
            raise Refusal(Kind.BAD_KEY)
        read = dialect.read(request)
        if isinstance(read, bytes):
            return [Step(0, whole(200, read))]
        _note(record, read, request.body)
        persona = find(read.model, self._pace, read.trade)
        if persona is None or persona.trade is not read.trade:
            raise Refusal(
                Kind.UNKNOWN_MODEL,
                f"The model `{read.model}` does not exist or you do not have access to it.",
                field="model",
            )
        orders = self.rules.take(read, dialect.name, key)
        return Performance(request, dialect, read, persona, orders, record).steps()


def _note(record: Record, ask: Ask | Given, body: bytes) -> None:
    record.model, record.stream, record.max_tokens = ask.model[:100], ask.stream, ask.max_tokens
    if len(body) <= KEPT_BODY_BYTES and body.startswith(b"{"):
        record.body = msgspec.Raw(body)


def _addressed(request: Request) -> tuple[Dialect, Request]:
    """The dialect of a request and what it gets to see.

    A first path segment with the dialect's name decides; without one, the path and the headers do. Some paths are
    those of several dialects, and not every client can be told by its headers.
    """
    for dialect in DIALECTS:
        if request.path.startswith(f"/{dialect.name}/"):
            return dialect, replace(request, path=request.path.removeprefix(f"/{dialect.name}"))
    owners = (dialect for dialect in DIALECTS if dialect.owns(request.path, request.headers))
    return next(owners, DIALECTS[-1]), request


def _refused(dialect: Dialect, refusal: Refusal, *, stream: bool) -> bytes:
    identity = uuid4().hex
    named = {dialect.identity_header: f"req_{identity}"}
    if refusal.kind in _HTML_KINDS:
        return whole(refusal.status(), HTML_PAGE, named | refusal.headers, content_type="text/html; charset=utf-8")
    status, body, headers, content_type = dialect.refused(refusal, identity, stream=stream)
    return whole(status, body, {**named, **headers}, content_type)
