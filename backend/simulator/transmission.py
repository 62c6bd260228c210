"""From frames or a body to timed steps on the wire."""

from collections.abc import Iterable, Iterator, Mapping

from backend.simulator.frames import Body, Frame, Part
from backend.simulator.http import LAST_CHUNK, Act, Step, chunk, head
from backend.simulator.traffic import Record

_HEADERS_AT = 1 / 3
"""When the headers come, as a fraction of the time to the first token."""

_FLUSH_MS = 20
"""Time for what was written to arrive before a reset overtakes it."""

_CLOSE: Mapping[str, str] = {"connection": "close"}


def stream_head(fields: Mapping[str, str], *, framed: bool) -> bytes:
    """The header of a streamed answer; unframed, its body ends with the connection."""
    return head(200, {**fields, **({"transfer-encoding": "chunked"} if framed else _CLOSE)})


def single_head(length: int, fields: Mapping[str, str], *, framed: bool) -> bytes:
    """The header of an answer in one piece of `length` bytes."""
    return head(200, {**fields, **({"content-length": str(length)} if framed else _CLOSE)})


def stream(
    header: bytes, frames: Iterable[Frame], delays: Iterator[float], record: Record, *, framed: bool
) -> Iterator[Step]:
    """A streamed answer: header, frames at their time, end."""
    wait = next(delays)
    yield Step(wait * _HEADERS_AT, header)
    wait -= wait * _HEADERS_AT
    for part, data, act in frames:
        if part is Part.TOKEN:
            yield Step(wait, chunk(data) if framed and data else data, act)
            wait = next(delays)
            record.chunks += 1
        elif act is Act.RESET:
            yield Step(_FLUSH_MS, b"", act)
        else:
            yield Step(0, chunk(data) if framed and data else data, act)
    yield Step(0, LAST_CHUNK) if framed else Step(0, b"", Act.CLOSE)


def single(header: bytes, body: Body, delay: float, record: Record, *, framed: bool) -> Iterator[Step]:
    """An answer in one piece, `delay` milliseconds from now."""
    yield Step(delay, header + body.data)
    record.chunks += 1
    if body.act is not Act.GO_ON:
        yield Step(_FLUSH_MS if body.act is Act.RESET else 0, b"", body.act)
    elif not framed:
        yield Step(0, b"", Act.CLOSE)
