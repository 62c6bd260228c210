"""Faults in what is said and how fast."""

from msgspec.structs import replace

from backend.simulator.faults.names import Fault, FaultName
from backend.simulator.pace import Pace
from backend.simulator.reply import Finish, Reply

_HUGE_KB, _MOST_KB, _FILTERED_AFTER, _SLOW_MS, _BURST_CHUNKS = 1024, 16 * 1024, 5, 500, 8


def spoil_reply(reply: Reply, fault: Fault) -> Reply:
    """The reply with the fault in it; unchanged when the fault acts elsewhere."""
    match fault.name:
        case FaultName.EMPTY:
            return _with_texts(reply, [])
        case FaultName.HUGE:
            kilobytes = min(_MOST_KB, _HUGE_KB if fault.value is None else fault.value)
            return _with_texts(reply, ["simulated " * (kilobytes * 1024 // 10 + 1)])
        case FaultName.NO_FINISH:
            return replace(reply, finish=None)
        case FaultName.NO_USAGE:
            return replace(reply, usage=None)
        case FaultName.USAGE_WITH_CHOICES:
            return replace(reply, usage_with_finish=True)
        case FaultName.CONTENT_FILTER_FINISH:
            kept = _FILTERED_AFTER if fault.value is None else fault.value
            return replace(_with_texts(reply, list(reply.texts[:kept])), finish=Finish.CONTENT_FILTER)
        case _:
            return reply


def spoil_pace(pace: Pace, fault: Fault) -> Pace:
    """The pace with the fault in it; unchanged when the fault acts elsewhere."""
    match fault.name:
        case FaultName.SLOW:
            return replace(pace, spacing_ms=_SLOW_MS if fault.value is None else fault.value, jitter=0.0)
        case FaultName.BURST:
            return replace(pace, group=max(1, min(fault.value or _BURST_CHUNKS, 100_000)))
        case _:
            return pace


def _with_texts(reply: Reply, texts: list[str]) -> Reply:
    usage = reply.usage
    if usage is not None:
        usage = replace(usage, completion=usage.reasoning + len(texts))
    return replace(reply, texts=texts, calls=(), usage=usage, stopped_by=None, finish=Finish.STOP)
