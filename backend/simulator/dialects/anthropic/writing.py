"""From replies to messages, whole and as events."""

from base64 import b64encode
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Raw

from backend.simulator.ask import Ask
from backend.simulator.dialects.anthropic import answers as wire
from backend.simulator.dialects.dialect import Stamp
from backend.simulator.dialects.mould import cast
from backend.simulator.frames import Frame, Part
from backend.simulator.reply import Finish, Reply

_REASONS = {
    Finish.STOP: "end_turn",
    Finish.STOP_SEQUENCE: "stop_sequence",
    Finish.CALLS: "tool_use",
    Finish.LENGTH: "max_tokens",
    Finish.CONTENT_FILTER: "refusal",
}
_encode = msgspec.json.Encoder().encode


def body(ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
    """A message. A call whose input was cut off is left out: half of it is not JSON."""
    blocks: list[wire.Block] = []
    if reply.reasoning:
        blocks.append(wire.Thinking("".join(reply.reasoning), _signature(stamp)))
    if reply.texts:
        blocks.append(wire.Text(reply.text))
    for place, call in enumerate(reply.calls):
        if _is_whole(call.arguments):
            blocks.append(wire.ToolUse(_call_id(stamp, place), call.name, Raw(call.arguments)))
    return _encode(_message(ask, stamp, blocks, reply, wire.usage(reply.usage)))


def frames(ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
    """`message_start`, the blocks with their deltas, `message_delta`, `message_stop`."""
    beginning = _message(ask, stamp, [], None, wire.usage(reply.usage, output=1))
    yield _frame(Part.FRAME, wire.MessageStart(beginning))
    index = 0
    if reply.reasoning:
        signed = wire.BlockDelta(index, wire.SignatureDelta(_signature(stamp)))
        thoughts = cast(event(wire.BlockDelta(index, wire.ThinkingDelta())), b"thinking", reply.reasoning)
        yield from _block(index, wire.Thinking("", ""), thoughts, signed)
        index += 1
    if reply.texts:
        words = cast(event(wire.BlockDelta(index, wire.TextDelta())), b"text", reply.texts)
        yield from _block(index, wire.Text(""), words)
        index += 1
    for place, call in enumerate(reply.calls):
        pieces = cast(event(wire.BlockDelta(index, wire.InputDelta())), b"partial_json", call.pieces)
        yield from _block(index, wire.ToolUse(_call_id(stamp, place), call.name, Raw(b"{}")), pieces)
        index += 1
    yield _frame(Part.FINISH, wire.MessageDelta(_ending(reply), wire.usage(reply.usage)))
    yield _frame(Part.END, wire.MessageStop())


def event(data: msgspec.Struct) -> bytes:
    """An event under the name of its type."""
    return f"event: {data.__struct_config__.tag}\ndata: ".encode() + _encode(data) + b"\n\n"


def _frame(part: Part, data: msgspec.Struct) -> Frame:
    return Frame(part, event(data))


def _block(
    index: int, opening: wire.Block, pieces: Iterable[Frame], last: wire.BlockDelta | None = None
) -> Iterator[Frame]:
    """A block with its pieces; a ping follows the opening of the first, as it does there."""
    yield _frame(Part.FRAME, wire.BlockStart(index, opening))
    if index == 0:
        yield _frame(Part.FRAME, wire.Ping())
    yield from pieces
    if last is not None:
        yield _frame(Part.FRAME, last)
    yield _frame(Part.FRAME, wire.BlockStop(index))


def _message(
    ask: Ask, stamp: Stamp, blocks: list[wire.Block], reply: Reply | None, usage: wire.Usage | msgspec.UnsetType
) -> wire.Message:
    ending = _ending(reply) if reply is not None else wire.Ending(None, None)
    return wire.Message(
        id=f"msg_{stamp.identity}",
        model=ask.model,
        content=blocks,
        stop_reason=ending.stop_reason,
        stop_sequence=ending.stop_sequence,
        usage=usage,
    )


def _ending(reply: Reply) -> wire.Ending:
    reason = _REASONS[reply.finish] if reply.finish is not None else None
    return wire.Ending(reason, reply.stopped_by if reply.finish is Finish.STOP_SEQUENCE else None)


def _call_id(stamp: Stamp, place: int) -> str:
    return f"toolu_{stamp.identity[:22]}{place:02}"


def _signature(stamp: Stamp) -> str:
    return b64encode(f"simulated {stamp.identity}".encode()).decode()


def _is_whole(arguments: str) -> bool:
    try:
        msgspec.json.decode(arguments)
    except msgspec.DecodeError:
        return False
    return True
