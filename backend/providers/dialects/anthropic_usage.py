"""Token figures of the Messages API, which are disjoint already but for the thinking within the output.

Source: docs.anthropic.com/en/api/messages (`usage`): `input_tokens` leaves out what was read from a cache or written
to one; `output_tokens` includes `output_tokens_details.thinking_tokens`. In a stream the figures are cumulative.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import asdict

from backend.providers.calls import TokenUsage

_Count = Annotated[int, Meta(ge=0, le=100_000_000)] | None


class _Details(Struct):
    thinking_tokens: _Count = None


class Figures(Struct):
    """One `usage` object; None for what it does not say."""

    input_tokens: _Count = None
    cache_read_input_tokens: _Count = None
    cache_creation_input_tokens: _Count = None
    output_tokens: _Count = None
    output_tokens_details: _Details | None = None

    def after(self, earlier: "Figures") -> "Figures":
        """These figures, and earlier ones for what these leave out."""
        said = {name: value for name, value in asdict(self).items() if value is not None}
        return Figures(**{**asdict(earlier), **said})

    def buckets(self) -> TokenUsage | None:
        """The disjoint buckets; None when nothing was said of what was read or written."""
        if self.input_tokens is None and self.output_tokens is None:
            return None
        output = self.output_tokens or 0
        details = self.output_tokens_details or _Details()
        reasoning = min(details.thinking_tokens or 0, output)
        return TokenUsage(
            input=self.input_tokens or 0,
            cached_input=self.cache_read_input_tokens or 0,
            cache_write=self.cache_creation_input_tokens or 0,
            output=output - reasoning,
            reasoning=reasoning,
        )


read_figures = msgspec.json.Decoder(Figures, strict=False).decode
"""The figures of one `usage` object. Raises `msgspec.DecodeError` for figures that cannot be."""
