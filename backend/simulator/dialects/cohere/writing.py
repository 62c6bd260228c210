"""From replies to Cohere's answers, whole and as events."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import UNSET, UnsetType

from backend.simulator.ask import Ask
from backend.simulator.calling import Call
from backend.simulator.dialects.cohere import answers as wire
from backend.simulator.dialects.cohere.errors import message as words
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.dialects.mould import cast
from backend.simulator.frames import Frame, Part
from backend.simulator.refusal import Refusal
from backend.simulator.reply import Finish, Reply

_REASONS = {
    Finish.STOP: "COMPLETE",
    Finish.STOP_SEQUENCE: "STOP_SEQUENCE",
    Finish.CALLS: "TOOL_CALL",
    Finish.LENGTH: "MAX_TOKENS",
    Finish.CONTENT_FILTER: "ERROR",
}
_encode = msgspec.json.Encoder().encode


def body(ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
    """An answer in one piece."""
    content = []
    if reply.reasoning:
        content.append(wire.Content(type="thinking", thinking="".join(reply.reasoning)))
    if reply.texts:
        content.append(wire.Content(type="text", text=reply.text))
    calls = [
        wire.ToolCall(id=_call_id(stamp, place), type="function", function=wire.Function(call.name, call.arguments))
        for place, call in enumerate(reply.calls)
    ]
    message = wire.Message(
        tool_plan=_plan(reply.calls) if calls else UNSET, tool_calls=calls or UNSET, content=content or UNSET
    )
    return _encode(
        wire.Answer(id=stamp.identity, message=message, finish_reason=_reason(reply), usage=wire.usage(reply.usage))
    )


def frames(ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
    """`message-start`, the contents and calls with their deltas, `message-end`, `[DONE]`."""
    yield _frame(Part.FRAME, wire.Event(id=stamp.identity, type="message-start", delta=wire.Delta(wire.Beginning())))
    index = 0
    if reply.reasoning:
        thought = _more("content-delta", index, wire.Added(content=wire.Content(thinking="")))
        pieces = cast(event(thought), b"thinking", reply.reasoning)
        yield from _content(index, wire.Content(type="thinking", thinking=""), pieces)
        index += 1
    if reply.texts:
        word = _more("content-delta", index, wire.Added(content=wire.Content(text="")))
        yield from _content(index, wire.Content(type="text", text=""), cast(event(word), b"text", reply.texts))
    if reply.calls:
        yield _frame(Part.FRAME, _more("tool-plan-delta", UNSET, wire.Added(tool_plan=_plan(reply.calls))))
    for place, call in enumerate(reply.calls):
        begun = wire.ToolCall(id=_call_id(stamp, place), type="function", function=wire.Function(call.name))
        yield _frame(Part.FRAME, _more("tool-call-start", place, wire.Added(tool_calls=begun)))
        further = wire.ToolCall(function=wire.Function(UNSET))
        delta = event(_more("tool-call-delta", place, wire.Added(tool_calls=further)))
        yield from cast(delta, b"arguments", call.pieces)
        yield _frame(Part.FRAME, wire.Event(type="tool-call-end", index=place))
    ending = wire.Ending(finish_reason=_reason(reply), usage=wire.usage(reply.usage))
    yield _frame(Part.FINISH, wire.Event(id=stamp.identity, type="message-end", delta=ending))
    yield Frame(Part.END, b"data: [DONE]\n\n")


def error_frame(refusal: Refusal, identity: str) -> bytes:
    """A `message-end` that says what went wrong."""
    ending = wire.Ending(error=words(refusal), finish_reason="ERROR")
    return event(wire.Event(id=identity, type="message-end", delta=ending))


def event(data: wire.Event) -> bytes:
    """An event under the name of its type."""
    return f"event: {data.type}\ndata: ".encode() + _encode(data) + b"\n\n"


def _frame(part: Part, data: wire.Event) -> Frame:
    return Frame(part, event(data))


def _more(kind: str, index: int | UnsetType, added: wire.Added) -> wire.Event:
    return wire.Event(type=kind, index=index, delta=wire.Delta(added))


def _content(index: int, opening: wire.Content, pieces: Iterable[Frame]) -> Iterator[Frame]:
    yield _frame(Part.FRAME, _more("content-start", index, wire.Added(content=opening)))
    yield from pieces
    yield _frame(Part.FRAME, wire.Event(type="content-end", index=index))


def _plan(calls: Sequence[Call]) -> str:
    return f"I will use {' and '.join(call.name for call in calls)}."


def _reason(reply: Reply) -> str | UnsetType:
    return _REASONS[reply.finish] if reply.finish is not None else UNSET


def _call_id(stamp: Stamp, place: int) -> str:
    return f"tool_{stamp.identity[:22]}{place:02}"
