"""What a wire format has to know."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from backend.simulator.ask import Ask, Given
from backend.simulator.frames import Frame
from backend.simulator.http import JSON, Request
from backend.simulator.refusal import Refusal
from backend.simulator.reply import Reply


class Stamp(NamedTuple):
    """What makes two answers to the same request differ. `created` is in epoch seconds."""

    identity: str
    created: int


class Refused(NamedTuple):
    """An error response. Not every dialect's are: Gemini answers a blocked prompt with 200."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    content_type: str = JSON


class Dialect(Protocol):
    """Reads requests into asks, writes replies and refusals. Knows nothing of faults and time."""

    name: str
    stream_type: str
    """Media type of a streamed answer."""

    identity_header: str
    """The response header that names the call."""

    malformed: bytes
    """An event of a stream that breaks off in the middle of its JSON."""

    def owns(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether a request belongs to this dialect, errors included."""

    def key(self, request: Request) -> str:
        """The caller's key; empty when there is none."""

    def read(self, request: Request) -> Ask | Given | bytes:
        """The ask in `request`, or the JSON that answers it already. Raises Refusal."""

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """An answer in one piece."""

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """A streamed answer, one frame per token."""

    def refused(self, refusal: Refusal, identity: str, *, stream: bool) -> Refused:
        """The response to a request that gets no answer; `stream` says whether one was asked for."""

    def error_frame(self, refusal: Refusal, identity: str) -> bytes:
        """The same within a stream that has begun."""
