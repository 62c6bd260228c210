"""What a decoder makes of a stream: frames to write one with, and the whole of what was heard."""

import json
from collections.abc import Iterable

from backend.providers.calls import Piece, TokenUsage, ToolUse
from backend.providers.dialects import Decoder
from backend.providers.errors import ProviderError


def frame(value: object, *, named: str | None = None, newline: bytes = b"\n") -> bytes:
    """One event that carries a value as JSON, with its name before it if it has one."""
    lines = [f"event: {named}".encode()] if named else []
    return newline.join([*lines, b"data: " + json.dumps(value, ensure_ascii=False).encode(), b"", b""])


class Heard:
    """A stream fed in the given reads and then ended."""

    def __init__(self, decoder: Decoder, reads: Iterable[bytes]) -> None:
        self.decoder = decoder
        self.pieces: list[Piece] = []
        self.error: ProviderError | None = None
        try:
            for read in (*reads, b"\n\n"):
                self.pieces.append(decoder.feed(read))
            decoder.finish()
        except ProviderError as error:
            self.error = error

    @property
    def text(self) -> str:
        """All text, in order."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def usage(self) -> TokenUsage | None:
        """The last figures given."""
        return next((piece.usage for piece in reversed(self.pieces) if piece.usage is not None), None)

    @property
    def tool_uses(self) -> tuple[ToolUse, ...]:
        """All tool uses, in order."""
        return tuple(use for piece in self.pieces for use in piece.tool_uses)

    @property
    def done(self) -> bool:
        """Whether the end was told."""
        return any(piece.done for piece in self.pieces)

    @property
    def facts(self) -> tuple[object, ...]:
        """Everything that must not depend on how the bytes were split."""
        fault = None if self.error is None else (type(self.error), self.error.reason)
        logprobs = tuple(bytes(entry) for piece in self.pieces for entry in piece.logprobs)
        heard = (self.text, self.tool_uses, logprobs, self.usage, fault)
        decoder = self.decoder
        return (*heard, decoder.finish_reason, decoder.malformed, decoder.progress, decoder.request_id)
