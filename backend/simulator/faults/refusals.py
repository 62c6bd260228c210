"""Faults that are an honest error response."""

from email.utils import formatdate
from time import time

from backend.simulator.faults.names import Fault, FaultName
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.reply import too_long

_KINDS = {
    FaultName.STATUS_400: Kind.INVALID,
    FaultName.STATUS_401: Kind.BAD_KEY,
    FaultName.STATUS_403: Kind.FORBIDDEN,
    FaultName.STATUS_404: Kind.UNKNOWN_MODEL,
    FaultName.STATUS_408: Kind.TIMEOUT,
    FaultName.STATUS_409: Kind.CONFLICT,
    FaultName.STATUS_413: Kind.TOO_LARGE,
    FaultName.STATUS_429: Kind.RATE_LIMIT,
    FaultName.STATUS_429_DATE: Kind.RATE_LIMIT,
    FaultName.STATUS_429_BARE: Kind.RATE_LIMIT,
    FaultName.STATUS_500: Kind.SERVER,
    FaultName.STATUS_502: Kind.BAD_GATEWAY,
    FaultName.STATUS_503: Kind.UNAVAILABLE,
    FaultName.STATUS_504: Kind.GATEWAY_TIMEOUT,
    FaultName.STATUS_529: Kind.OVERLOADED,
    FaultName.CONTEXT_LENGTH: Kind.CONTEXT_TOO_LONG,
    FaultName.CONTENT_FILTER: Kind.CONTENT_FILTER,
    FaultName.QUOTA: Kind.QUOTA,
}
_WINDOW_TOKENS = 8192


def refusal(fault: Fault) -> Refusal | None:
    """The error response that `fault` stands for, if it is one of these."""
    kind = _KINDS.get(fault.name)
    if kind is None:
        return None
    if kind is Kind.CONTEXT_TOO_LONG:
        window = fault.value or _WINDOW_TOKENS
        return too_long(window, window + 1)
    number = str(fault.name).partition("-")[0]
    return Refusal(kind, headers=_headers(fault), status=int(number) if number.isdecimal() else None)


def _headers(fault: Fault) -> dict[str, str]:
    """Retry-After as seconds or as an HTTP date (RFC 9110 §10.2.3)."""
    seconds = 1 if fault.value is None else fault.value
    match fault.name:
        case FaultName.STATUS_429:
            return {"retry-after": str(seconds)}
        case FaultName.STATUS_429_DATE:
            return {"retry-after": formatdate(time() + seconds, usegmt=True)}
        case FaultName.STATUS_503 if fault.value is not None:
            return {"retry-after": str(seconds)}
        case _:
            return {}
