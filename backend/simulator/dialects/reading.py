"""Reading requests: what several dialects do alike."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from backend.simulator.http import Request
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.sight import Picture, Unseen

Body = TypeVar("Body")
Source = TypeVar("Source")


def decoded(decode: Callable[[bytes], Body], body: bytes, unreadable: str) -> Body:
    """The request in `body`. Raises Refusal, with `unreadable` when it is not JSON at all."""
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        field = place.rstrip("`").lstrip(".") or _missing(problem)
        raise Refusal(Kind.INVALID, f"Invalid request: {problem}.", field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(Kind.INVALID, unreadable) from None


def seen(look: Callable[[Source], Picture], source: Source, field: str) -> Picture:
    """The picture in `source`. Raises Refusal when there is none; `field` is where it stands."""
    try:
        return look(source)
    except Unseen as error:
        raise Refusal(Kind.INVALID, f"Invalid image data: {error}", field=field) from None


def bearer(request: Request) -> str:
    """The token of an `Authorization: Bearer` header (RFC 6750 §2.1)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _missing(problem: str) -> str | None:
    _, found, field = problem.partition("missing required field `")
    return field.rstrip("`") if found else None
