"""Token figures of the Cohere API, sorted into disjoint buckets.

Source: docs.cohere.com/reference/chat (`usage`): `billed_units` is what is paid for; `tokens` counts also what the
provider adds to a prompt by itself. `cached_tokens` are among the prompt's. Thoughts are counted within the output.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend.providers.calls import TokenUsage

_Count = Annotated[int, Meta(ge=0, le=100_000_000)] | None


class _Tokens(Struct):
    input_tokens: _Count = None
    output_tokens: _Count = None


class _Usage(Struct):
    billed_units: _Tokens | None = None
    tokens: _Tokens | None = None
    cached_tokens: _Count = None


_decode = msgspec.json.Decoder(_Usage, strict=False).decode


def read_usage(raw: bytes) -> TokenUsage | None:
    """The buckets of one `usage` or `meta` object; None when it says nothing of tokens.

    Raises `msgspec.DecodeError` for figures that cannot be. Numbers come as `12.0`.
    """
    wire = _decode(raw)
    counted = next(
        (tokens for tokens in (wire.billed_units, wire.tokens) if tokens is not None and _tells(tokens)), None
    )
    if counted is None:
        return None
    prompt = counted.input_tokens or 0
    cached = min(wire.cached_tokens or 0, prompt)
    return TokenUsage(input=prompt - cached, cached_input=cached, output=counted.output_tokens or 0)


def _tells(tokens: _Tokens) -> bool:
    return tokens.input_tokens is not None or tokens.output_tokens is not None
