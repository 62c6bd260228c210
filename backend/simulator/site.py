"""What answers a request: dialects, the control endpoint, health."""

from collections.abc import Mapping

import msgspec

from backend.simulator.ask import Ask
from backend.simulator.control import Control
from backend.simulator.dialects import DIALECTS
from backend.simulator.dialects.dialect import Dialect
from backend.simulator.faults.wire import HTML_PAGE
from backend.simulator.http import Request, Step, Steps, whole
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
        dialect = _dialect(request.path)
        record = self.traffic.started(request, at)
        record.dialect = dialect.name
        try:
            steps = self._steps(request, dialect, record)
        except Refusal as refusal:
            record.status = refusal.status
            steps = [Step(0, _refused(dialect, refusal))]
        return Exchange(steps, self.traffic, record)

    def refuse(self, path: str, status: int, message: str) -> bytes:
        """The response to a request that was not read to its end; the connection closes after it."""
        kind = Kind.TOO_LARGE if status == 413 else Kind.INVALID
        body = _dialect(path).error(Refusal(kind, message))
        return whole(status, body, {"connection": "close"})

    def _steps(self, request: Request, dialect: Dialect, record: Record) -> Steps:
        if not dialect.owns(request.path):
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
        persona = find(read.model, self._pace)
        if persona is None:
            raise Refusal(
                Kind.UNKNOWN_MODEL,
                f"The model `{read.model}` does not exist or you do not have access to it.",
                field="model",
            )
        orders = self.rules.take(read, dialect.name, key)
        return Performance(request, dialect, read, persona, orders, record).steps()


def _note(record: Record, ask: Ask, body: bytes) -> None:
    record.model, record.stream, record.max_tokens = ask.model[:100], ask.stream, ask.max_tokens
    if len(body) <= KEPT_BODY_BYTES:
        record.body = msgspec.Raw(body)


def _dialect(path: str) -> Dialect:
    return next((dialect for dialect in DIALECTS if dialect.owns(path)), DIALECTS[-1])


def _refused(dialect: Dialect, refusal: Refusal) -> bytes:
    headers: Mapping[str, str] = refusal.headers
    if refusal.kind in _HTML_KINDS:
        return whole(refusal.status, HTML_PAGE, headers, content_type="text/html; charset=utf-8")
    return whole(refusal.status, dialect.error(refusal), headers)
