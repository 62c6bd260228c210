"""What the decoders of streams have in common: bytes in, pieces of an answer out."""

from abc import ABC, abstractmethod

import msgspec
from msgspec import Raw

from backend.providers.calls import Piece, TokenUsage, ToolUse
from backend.providers.errors import Malformed, ProviderError, Truncated
from backend.providers.sse import EventReader
from shared.messages import FinishReason

UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)
"""What msgspec raises for bytes that are not the JSON asked for."""

_NOTHING = Piece()


class FrameDecoder(ABC):
    """Reads one streamed answer; see `Decoder`. A dialect says in `_hear` what its frames mean.

    Nothing is kept of the text, and of tool uses only those that are not yet whole.
    """

    __slots__ = (
        "_events",
        "_figures",
        "_logprobs",
        "_lost",
        "_uses",
        "done",
        "fault",
        "finish_reason",
        "malformed",
        "progress",
        "request_id",
        "stop_sequence",
    )

    def __init__(self) -> None:
        self._events = EventReader()
        self._figures: TokenUsage | None = None
        self._uses: list[ToolUse] = []
        self._logprobs: list[Raw] = []
        self._lost = False
        self.fault: ProviderError | None = None
        self.request_id: str | None = None
        self.stop_sequence: str | None = None
        self.finish_reason: FinishReason | None = None
        self.malformed = 0
        self.progress = 0
        self.done = False

    @abstractmethod
    def _hear(self, payloads: list[bytes], texts: list[str]) -> None:
        """Reads the data of whole events, adding to `texts`; stops once `fault` or `done` is set.

        Figures, whole tool uses and log probabilities are left in `_figures`, `_uses` and `_logprobs`. A tool use that
        cannot be told sets `_lost`.
        """

    def feed(self, data: bytes) -> Piece:
        """What these bytes bring. A fault in the stream is raised by the next call if text preceded it."""
        if self.fault is not None:
            raise self.fault
        payloads = self._events.feed(data)
        if not payloads or self.done:
            return _NOTHING
        texts: list[str] = []
        self._hear(payloads, texts)
        return self._piece("".join(texts))

    def _piece(self, text: str) -> Piece:
        if self._lost and self.finish_reason is FinishReason.TOOL_CALLS and self.fault is None:
            self.fault = Malformed("a tool call that cannot be understood")
        if self.fault is not None:
            self.done = False
            if not text:
                raise self.fault
            return Piece(text)
        if self.done and self.finish_reason is None:
            self.finish_reason = FinishReason.STOP
        figures, self._figures = self._figures, None
        if not (self._uses or self._logprobs or self.stop_sequence):
            return Piece(text, self.finish_reason, figures, None, self.done)
        uses, logprobs = tuple(self._uses), tuple(self._logprobs)
        self._uses.clear()
        self._logprobs.clear()
        return Piece(text, self.finish_reason, figures, None, self.done, uses, logprobs, self.stop_sequence)

    def finish(self) -> None:
        """Raises the fault still owed, or `Truncated` unless a finish reason or a terminator came."""
        if self.fault is not None:
            raise self.fault
        if self.finish_reason is None:
            raise Truncated(f"the stream ended early; {self.malformed} of its frames could not be understood")
