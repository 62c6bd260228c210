"""Faults in an answer that comes in one piece."""

from collections.abc import Callable

from backend.simulator.faults.names import Fault, FaultName
from backend.simulator.faults.streams import CUTS
from backend.simulator.frames import Body


def spoil_body(data: bytes, fault: Fault | None, error: Callable[[], bytes]) -> Body:
    """The body with the fault in it; unchanged when the fault acts elsewhere or makes no sense here."""
    if fault is None:
        return Body(data, len(data))
    half = data[: len(data) // 2]
    if fault.name in CUTS:
        return Body(half, len(data), CUTS[fault.name])
    match fault.name:
        case FaultName.MALFORMED | FaultName.END_EARLY:
            return Body(half, len(half))
        case FaultName.IN_BAND_ERROR:
            data = error()
        case FaultName.COMMENTS:
            data = b"\n\n\n" + data
        case _:
            pass
    return Body(data, len(data))
