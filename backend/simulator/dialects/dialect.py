"""What a wire format has to know."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from backend.simulator.ask import Ask
from backend.simulator.frames import Frame
from backend.simulator.http import Request
from backend.simulator.refusal import Refusal
from backend.simulator.reply import Reply


class Stamp(NamedTuple):
    """What makes two answers to the same request differ. `created` is in epoch seconds."""

    identity: str
    created: int


class Dialect(Protocol):
    """Reads requests into asks, writes replies and refusals. Knows nothing of faults and time."""

    name: str
    stream_type: str
    """Media type of a streamed answer."""

    def owns(self, path: str) -> bool:
        """Whether `path` belongs to this dialect, errors included."""

    def key(self, request: Request) -> str:
        """The caller's key; empty when there is none."""

    def read(self, request: Request) -> Ask | bytes:
        """The ask in `request`, or the JSON that answers it already. Raises Refusal."""

    def body(self, ask: Ask, reply: Reply, stamp: Stamp) -> bytes:
        """An answer in one piece."""

    def frames(self, ask: Ask, reply: Reply, stamp: Stamp) -> Iterator[Frame]:
        """A streamed answer, one frame per token."""

    def error(self, refusal: Refusal) -> bytes:
        """The body of an error response."""

    def error_frame(self, refusal: Refusal) -> bytes:
        """The same within a stream that has begun."""
