"""Token figures of the Gemini API, sorted into disjoint buckets.

Source: ai.google.dev/api/generate-content (UsageMetadata): `promptTokenCount` includes what was cached, the results of
the provider's own tools come beside it, and thoughts beside the candidates.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from backend.providers.calls import TokenUsage

_Count = Annotated[int, Meta(ge=0, le=100_000_000)] | None


class _Share(Struct, rename="camel"):
    modality: str | None = None
    token_count: _Count = None


class _Figures(Struct, rename="camel"):
    prompt_token_count: _Count = None
    cached_content_token_count: _Count = None
    tool_use_prompt_token_count: _Count = None
    candidates_token_count: _Count = None
    candidates_tokens_details: list[_Share] | None = None
    thoughts_token_count: _Count = None


_decode = msgspec.json.Decoder(_Figures, strict=False).decode


def read_usage(raw: bytes) -> TokenUsage | None:
    """The buckets of one `usageMetadata`; None when it says nothing of prompt or answer.

    Raises `msgspec.DecodeError` for figures that cannot be. Parts are cut to their whole.
    """
    wire = _decode(raw)
    if wire.prompt_token_count is None and wire.candidates_token_count is None and wire.thoughts_token_count is None:
        return None
    prompt, output = wire.prompt_token_count or 0, wire.candidates_token_count or 0
    cached = min(wire.cached_content_token_count or 0, prompt)
    image = min(_share(wire, "IMAGE"), output)
    audio = min(_share(wire, "AUDIO"), output - image)
    return TokenUsage(
        input=prompt - cached + (wire.tool_use_prompt_token_count or 0),
        cached_input=cached,
        output=output - image - audio,
        reasoning=wire.thoughts_token_count or 0,
        image=image,
        audio=audio,
    )


def _share(wire: _Figures, modality: str) -> int:
    return sum(share.token_count or 0 for share in wire.candidates_tokens_details or () if share.modality == modality)
