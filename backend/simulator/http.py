"""HTTP/1.1 as values: requests, and responses as timed steps. Bytes follow RFC 9112."""

from collections.abc import Iterable, Mapping
from enum import Enum, auto
from http import HTTPStatus
from typing import NamedTuple

import msgspec

REASONS = {int(status): status.phrase for status in HTTPStatus} | {529: "Overloaded"}
JSON = "application/json"
EVENT_STREAM = "text/event-stream; charset=utf-8"
LAST_CHUNK = b"0\r\n\r\n"


class Request(msgspec.Struct, frozen=True):
    """One request, read whole. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    version: str = "1.1"
    connection: int = 0
    """Number of the connection it came on, counted from the server's start."""


class Act(Enum):
    """What a step does once its bytes are written."""

    GO_ON = auto()
    CLOSE = auto()
    """Close the connection in order (FIN)."""
    RESET = auto()
    """Break the connection (RST)."""
    HANG = auto()
    """Do nothing more until the client leaves."""


class Step(NamedTuple):
    """`data` is written `delay` milliseconds after the previous step."""

    delay: float
    data: bytes
    act: Act = Act.GO_ON


Steps = Iterable[Step]


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and header fields, with the blank line."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}\r\n{fields}\r\n".encode("latin-1", "replace")


def chunk(data: bytes) -> bytes:
    """One chunk of the chunked transfer coding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def whole(status: int, body: bytes, headers: Mapping[str, str] | None = None, content_type: str = JSON) -> bytes:
    """A complete response with a length."""
    fields = {"content-type": content_type, "content-length": str(len(body)), **(headers or {})}
    return head(status, fields) + body


def status_of(response: bytes) -> int:
    """The status of a response that `head` began."""
    return int(response[9:12])
