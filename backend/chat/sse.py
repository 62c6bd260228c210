"""A feed as a response: server-sent events by sse-starlette.

The generator never raises: after the first byte no handler could turn an exception into an error event.
"""

from collections.abc import AsyncIterator, Mapping
from typing import cast

from litestar.types import ASGIApp
from sse_starlette.sse import EventSourceResponse

PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30
"""A reader that takes nothing for so long is dropped."""


def event_stream(events: AsyncIterator[bytes], headers: Mapping[str, str]) -> ASGIApp:
    """Encoded events as a response that pings, notices a gone reader and drops a dead one."""
    response = EventSourceResponse(
        events,
        ping=PING_SECONDS,
        send_timeout=SEND_TIMEOUT_SECONDS,
        headers={"cache-control": "no-store", "x-accel-buffering": "no", **headers},
    )
    return cast("ASGIApp", response)
