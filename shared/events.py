"""The events of a chat stream, with their encoding and decoding.

The wire is `text/event-stream` (WHATWG HTML §9.2). The event's name is the tag of the union; its data is the
JSON of the struct. The id is `<attempt>.<character offset>`: how much of which attempt's text precedes it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

import msgspec

from shared.chat import RouteView, TokenLikelihood, ToolCall, UsageFigures
from shared.errors import ErrorBody
from shared.messages import FinishReason
from shared.precheck import Precheck
from shared.routing import Routing
from shared.wire import Answer


class Accepted(Answer, frozen=True, kw_only=True):
    """The request was admitted: credits are held and an answer is on its way."""

    request_id: UUID
    conversation_id: UUID | None
    message_id: UUID | None


class Delta(Answer, frozen=True, kw_only=True):
    """More text."""

    text: str


class Restart(Answer, frozen=True, kw_only=True):
    """What was shown so far is replaced by what follows."""

    reason: str


class ToolCalls(Answer, frozen=True, kw_only=True):
    """Tools the model wants to be used; all of them, at the end of its answer."""

    calls: list[ToolCall]


class Logprobs(Answer, frozen=True, kw_only=True):
    """How likely the tokens of the text since the last of these events were."""

    content: list[TokenLikelihood]


class Done(Answer, frozen=True, kw_only=True):
    """The answer is complete. `first_token_ms` and `latency_ms` count from admission.

    `stop_sequence` is the one that ended it, where the provider says so.
    """

    finish_reason: FinishReason
    model: str
    latency_ms: int
    first_token_ms: int | None
    provider: str = ""
    routing: Routing | None = None
    stop_sequence: str | None = None


ChatEvent = Accepted | Precheck | RouteView | Delta | Restart | ToolCalls | Logprobs | UsageFigures | Done | ErrorBody

NAMES: dict[type[ChatEvent], str] = {
    Accepted: "accepted",
    Precheck: "precheck",
    RouteView: "route",
    Delta: "delta",
    Restart: "restart",
    ToolCalls: "tool_calls",
    Logprobs: "logprobs",
    UsageFigures: "usage",
    Done: "done",
    ErrorBody: "failed",
}

_encode = msgspec.json.Encoder().encode
_decoders = {name: msgspec.json.Decoder(kind) for kind, name in NAMES.items()}
_heads = {kind: f"\nevent: {name}\ndata: ".encode() for kind, name in NAMES.items()}
_delta_head = b'\nevent: delta\ndata: {"text":'


class EventId(NamedTuple):
    """Where in which attempt's text an event stands; ids of one request are ordered."""

    attempt: int
    offset: int

    def __str__(self) -> str:
        return f"{self.attempt}.{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "EventId":
        """Raises `ValueError` for anything but two non-negative decimal numbers joined by a dot."""
        attempt, dot, offset = text.partition(".")
        if not (dot and attempt.isascii() and attempt.isdigit() and offset.isascii() and offset.isdigit()):
            raise ValueError(f"not an event id: {text[:40]!r}")
        return cls(int(attempt), int(offset))


class Received(NamedTuple):
    """One event with its id, as it came from the wire."""

    id: EventId | None
    event: ChatEvent


def encode(event: ChatEvent, attempt: int, offset: int) -> bytes:
    """The event as one server-sent event, ready to write."""
    return b"id: %d.%d%b%b\n\n" % (attempt, offset, _heads[type(event)], _encode(event))


def encode_delta(text: str, attempt: int, offset: int) -> bytes:
    """`encode(Delta(text=text), ...)` without making the struct."""
    return b"id: %d.%d%b%b}\n\n" % (attempt, offset, _delta_head, _encode(text))


def decode_event(name: str, data: bytes | msgspec.Raw) -> ChatEvent | None:
    """The event of a name from its JSON; `None` for a name that is not known. Raises as `decode` does."""
    decoder = _decoders.get(name)
    return decoder.decode(data) if decoder is not None else None


def decode(lines: Iterable[str]) -> Iterator[Received]:
    """Events from the lines of a stream; comments, unknown fields and unknown event names are passed over.

    Raises `msgspec.ValidationError` or `msgspec.DecodeError` for data that is not of the named shape.
    """
    name, data, last_id = "", [], None
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif field == "id":
                last_id = EventId.parse(value)
            continue
        event = decode_event(name, "\n".join(data).encode()) if data else None
        if event is not None:
            yield Received(last_id, event)
        name, data = "", []
