"""Token figures of the OpenAI dialect, sorted into disjoint buckets.

On the wire the buckets overlap: `prompt_tokens` includes cached ones, `completion_tokens` mostly includes reasoning.
Sources: platform.openai.com/docs/api-reference/chat/object, openrouter.ai/docs/use-cases/usage-accounting (cost,
cache writes), api-docs.deepseek.com/api/create-chat-completion (cache hits). Audio in a prompt
counts as input, for no call has any.
"""

from decimal import Decimal
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from backend.providers.calls import TokenUsage

_Count = Annotated[int, Meta(ge=0, le=100_000_000)] | None
_DEAREST_CALL = Decimal(1_000_000)


class _PromptDetails(Struct):
    cached_tokens: _Count = None
    cache_write_tokens: _Count = None


class _CompletionDetails(Struct):
    reasoning_tokens: _Count = None
    audio_tokens: _Count = None
    image_tokens: _Count = None


class _Usage(Struct):
    prompt_tokens: _Count = None
    completion_tokens: _Count = None
    total_tokens: _Count = None
    prompt_tokens_details: _PromptDetails | None = None
    completion_tokens_details: _CompletionDetails | None = None
    prompt_cache_hit_tokens: _Count = None
    cached_tokens: _Count = None
    cost: Decimal | None = None


class Reported(NamedTuple):
    """What a usage object says; None for what it does not say. `cost` is in US dollars."""

    usage: TokenUsage | None
    cost: Decimal | None


_decode = msgspec.json.Decoder(_Usage, strict=False).decode


def read_usage(raw: bytes) -> Reported:
    """The figures of one `usage` object. Raises `msgspec.DecodeError` for figures that cannot be."""
    wire = _decode(raw)
    cost = wire.cost if wire.cost is not None and _is_cost(wire.cost) else None
    if wire.prompt_tokens is None and wire.completion_tokens is None:
        return Reported(None, cost)
    return Reported(_buckets(wire), cost)


def _is_cost(stated: Decimal) -> bool:
    """Whether it can be an amount of dollars that somebody charges for one call."""
    return stated.is_finite() and 0 <= stated <= _DEAREST_CALL and (stated == 0 or stated.adjusted() > -30)


def _buckets(wire: _Usage) -> TokenUsage:
    """The parts are cut to their whole, for some servers count them differently."""
    prompt, completion = wire.prompt_tokens or 0, wire.completion_tokens or 0
    into, out = wire.prompt_tokens_details or _PromptDetails(), wire.completion_tokens_details or _CompletionDetails()
    cached = min(into.cached_tokens or wire.prompt_cache_hit_tokens or wire.cached_tokens or 0, prompt)
    written = min(into.cache_write_tokens or 0, prompt - cached)
    reasoning = out.reasoning_tokens or 0
    # Google and xAI leave reasoning out of `completion_tokens`; the total tells.
    beside = max((wire.total_tokens or 0) - prompt - completion, 0)
    if beside and reasoning in (0, beside):
        reasoning, inside = beside, 0
    else:
        reasoning = inside = min(reasoning, completion)
    image = min(out.image_tokens or 0, completion - inside)
    audio = min(out.audio_tokens or 0, completion - inside - image)
    return TokenUsage(
        input=prompt - cached - written,
        cached_input=cached,
        cache_write=written,
        output=completion - inside - image - audio,
        reasoning=reasoning,
        image=image,
        audio=audio,
    )
