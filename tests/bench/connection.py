"""An HTTP client that costs next to nothing, so that the load it makes does not drown what is measured."""

from __future__ import annotations

import asyncio
import re
from time import perf_counter
from typing import NamedTuple, cast

MARK = b" lorem"
"""What every chunk of the simulator's `sim-bench-*` models says."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"0\r\n\r\n"


class Answer(NamedTuple):
    """One response. Times are in seconds from the request's being written; `marks` counts upstream chunks.

    `refusal` is the beginning of the body of a response that is not 200.
    """

    status: int
    marks: int
    first_mark: float | None
    total: float
    refusal: str = ""


class Connection(asyncio.Protocol):
    """A connection that is kept and asks the same thing, one at a time."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.Transport
        self._done: asyncio.Future[Answer] | None = None
        self.marks = 0
        """Upstream chunks received so far on this connection."""

    @classmethod
    async def open(cls, host: str, port: int, request: bytes) -> Connection:
        """Connect, to send `request` again and again. Raises OSError."""
        _, connection = await asyncio.get_running_loop().create_connection(lambda: cls(request), host, port)
        return connection

    def ask(self) -> asyncio.Future[Answer]:
        """Send the request; the future fails with ConnectionError when the answer is broken off."""
        self._done = asyncio.get_running_loop().create_future()
        self._head = b""
        self._status = 0
        self._missing: int | None = None
        self._tail = b""
        self._before = self.marks
        self._refusal = b""
        self._first: float | None = None
        self._begun = perf_counter()
        self._transport.write(self._request)
        return self._done

    def close(self) -> None:
        """Leave, whatever is still being said."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_exception(ConnectionError(f"the answer was broken off: {exc}"))

    def data_received(self, data: bytes) -> None:
        if not self._status:
            data = self._read_head(data)
            if not self._status:
                return
        if self._status != 200:
            self._refusal = (self._refusal + data)[:500]
        seen = self._tail + data
        found = seen.count(MARK)
        if found:
            self.marks += found
            if self._first is None:
                self._first = perf_counter() - self._begun
        self._tail = seen[-len(MARK) + 1 :]
        if self._missing is None:
            if self._tail.endswith(_END):
                self._finish()
        else:
            self._missing -= len(data)
            if self._missing <= 0:
                self._finish()

    def _read_head(self, data: bytes) -> bytes:
        """Parse the header once it is complete; what follows it is returned."""
        self._head += data
        head, separator, rest = self._head.partition(b"\r\n\r\n")
        if not separator:
            return b""
        self._status = int(head[9:12])
        length = _LENGTH.search(head)
        self._missing = int(length[1]) if length else None
        return rest

    def _finish(self) -> None:
        if self._done is not None and not self._done.done():
            total = perf_counter() - self._begun
            marks, refusal = self.marks - self._before, self._refusal.decode("utf-8", "replace")
            self._done.set_result(Answer(self._status, marks, self._first, total, refusal))
