"""Faults of the connection itself."""

from collections.abc import Iterator
from random import Random

from backend.simulator.faults.names import Fault, FaultName
from backend.simulator.http import Act, Step, Steps, whole

HTML_PAGE = b"""<!DOCTYPE html>
<html><head><title>Just a moment...</title></head>
<body><center><h1>Bad gateway</h1></center><hr><center>simulated proxy</center></body></html>
"""
_FLUSH_MS = 20
_PIECE_BYTES = 64
_PIECE_MS = 1
_WRONG_TYPE = "application/octet-stream"


def instead(fault: Fault, head: bytes) -> list[Step] | None:
    """The steps that take the answer's place; None when `fault` leaves it a place."""
    match fault.name:
        case FaultName.RESET:
            return [Step(0, b"", Act.RESET)]
        case FaultName.CLOSE:
            return [Step(0, b"", Act.CLOSE)]
        case FaultName.SILENT:
            return [Step(0, b"", Act.HANG)]
        case FaultName.RESET_AFTER_HEADERS:
            return [Step(0, head), Step(_FLUSH_MS, b"", Act.RESET)]
        case FaultName.NO_FIRST_TOKEN:
            return [Step(0, head, Act.HANG)]
        case FaultName.HTML:
            return [Step(0, whole(200, HTML_PAGE, content_type="text/html; charset=utf-8"))]
        case _:
            return None


def breaks(fault: Fault) -> bool:
    """Whether the simulator itself ends the connection before the answer's end."""
    return fault.name in {
        FaultName.RESET,
        FaultName.CLOSE,
        FaultName.RESET_AFTER_HEADERS,
        FaultName.CUT,
        FaultName.CUT_RESET,
        FaultName.CUT_UNFRAMED,
    }


def is_unframed(fault: Fault | None) -> bool:
    """Whether the body's end is the end of the connection (RFC 9112 §6.3, rule 8)."""
    return fault is not None and fault.name in {FaultName.UNFRAMED, FaultName.CUT_UNFRAMED}


def content_type(right: str, fault: Fault | None) -> str:
    """The media type that the response claims."""
    return _WRONG_TYPE if fault is not None and fault.name is FaultName.CONTENT_TYPE else right


def spoil_steps(steps: Steps, fault: Fault, random: Random) -> Steps:
    """The steps with the fault in them; unchanged when the fault acts elsewhere."""
    if fault.name is not FaultName.SPLIT:
        return steps
    return _split(steps, max(1, min(fault.value or _PIECE_BYTES, 65_536)), random)


def _split(steps: Steps, most: int, random: Random) -> Iterator[Step]:
    """Cut every write into pieces that arrive one by one, and every multi-byte character in two."""
    for delay, data, act in steps:
        start = 0
        while start < len(data):
            end = min(len(data), start + random.randint(1, most))
            end = next((at + 1 for at in range(start, end) if data[at] >= 0xC0), end)
            yield Step(_PIECE_MS if start else max(delay, _PIECE_MS), data[start:end])
            start = end
        yield Step(0 if data else delay, b"", act)
