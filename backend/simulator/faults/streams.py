"""Faults in the frames of a stream."""

from collections.abc import Callable, Iterable, Iterator

from backend.simulator.faults.names import Fault, FaultName
from backend.simulator.frames import Frame, Part
from backend.simulator.http import Act

_FIRST_COMMENT, _COMMENT = b": SIMULATOR PROCESSING\n\n", b": keep-alive\n\n"
_BROKEN_AFTER, _CUT_AFTER = 3, 5

CUTS = {
    FaultName.STALL: Act.HANG,
    FaultName.CUT: Act.CLOSE,
    FaultName.CUT_RESET: Act.RESET,
    FaultName.CUT_UNFRAMED: Act.CLOSE,
}
"""What happens to the connection in mid-answer."""

Frames = Iterable[Frame]


def spoil_frames(frames: Frames, fault: Fault, error_frame: Callable[[], bytes], malformed: bytes) -> Iterator[Frame]:
    """The frames with the fault in them; unchanged when the fault acts elsewhere."""
    name, value = fault.name, fault.value
    if name in CUTS:
        return _until(frames, _CUT_AFTER if value is None else value, Frame(Part.FRAME, b"", CUTS[name]))
    broken_after = _BROKEN_AFTER if value is None else value
    match name:
        case FaultName.END_EARLY:
            return _until(frames, _CUT_AFTER if value is None else value, None)
        case FaultName.IN_BAND_ERROR:
            return _until(frames, broken_after, Frame(Part.FRAME, error_frame()))
        case FaultName.MALFORMED:
            return _with(frames, broken_after, Frame(Part.FRAME, malformed))
        case FaultName.NO_DONE:
            return (frame for frame in frames if frame.part is not Part.END)
        case FaultName.NEVER_ENDS:
            return (frame if frame.part is not Part.END else Frame(Part.END, b"", Act.HANG) for frame in frames)
        case FaultName.DUPLICATE_FINISH:
            return _doubled(frames, Part.FINISH)
        case FaultName.COMMENTS:
            return _commented(frames)
        case FaultName.CRLF:
            return (frame._replace(data=_crlf(frame.data)) for frame in frames)
        case FaultName.NO_SPACE:
            return (frame._replace(data=frame.data.replace(b"data: ", b"data:", 1)) for frame in frames)
        case _:
            return iter(frames)


def _until(frames: Frames, tokens: int, last: Frame | None) -> Iterator[Frame]:
    """The frames before the one that follows `tokens` tokens, then `last`."""
    seen = 0
    for frame in frames:
        if seen >= tokens and frame.part is not Part.FRAME:
            break
        yield frame
        seen += frame.part is Part.TOKEN
    if last is not None:
        yield last


def _with(frames: Frames, tokens: int, extra: Frame) -> Iterator[Frame]:
    """The frames with `extra` after `tokens` tokens, or before the finish if there are fewer."""
    seen, due = 0, True
    for frame in frames:
        if due and (seen >= tokens or frame.part is Part.FINISH):
            yield extra
            due = False
        yield frame
        seen += frame.part is Part.TOKEN


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _doubled(frames: Frames, part: Part) -> Iterator[Frame]:
    for frame in frames:
        yield frame
        if frame.part is part:
            yield frame


def _commented(frames: Frames) -> Iterator[Frame]:
    yield Frame(Part.FRAME, _FIRST_COMMENT)
    for frame in frames:
        yield frame._replace(data=_COMMENT + frame.data)
