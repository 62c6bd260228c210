"""OpenRouter's list: GET /api/v1/models, openrouter.ai/docs/api-reference/list-available-models. Pure.

Prices are strings in dollars per token, `request` and `image` in dollars each; -1 means that there is no fixed price.
`overrides` are prices that hold under a condition instead: `min_prompt_tokens` for long prompts, or others.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from backend.catalogue.imports.amounts import NoFixedPrice, PriceRefused, amount, checked, per_million
from backend.catalogue.imports.offers import Entry, LeftOut, Offer, tokens
from shared.catalogue import Capability

_BUCKETS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cached_input",
    "input_cache_write": "cache_write",
    "internal_reasoning": "reasoning",
    "audio_output": "audio",
    "request": "request",
}
_NEEDED = ("prompt", "completion")
_EACH = {"request"}
_UNUSED = {"overrides", "discount", "web_search", "audio", "input_audio_cache", "input_cache_write_1h"}
"""What Fairlead never asks for: searches, spoken prompts, caches of an hour."""
_KINDS = {"text": "chat", "embeddings": "embedding", "image": "image"}
SHORTEST_TIER = 32_000
"""Tokens. A dearer price from here on ends the context window; one that begins earlier is taken for all prompts."""

Pricing = dict[str, object]


class Architecture(Struct):
    """What goes in and comes out."""

    input_modalities: list[str] | None = None
    output_modalities: list[str] | None = None


class TopProvider(Struct):
    """The limits of whoever answers first."""

    context_length: float | None = None
    max_completion_tokens: float | None = None


class OpenRouterModel(Struct):
    """An entry of the list, as far as it matters here."""

    id: str
    pricing: Pricing
    name: str | None = None
    context_length: float | None = None
    architecture: Architecture | None = None
    top_provider: TopProvider | None = None
    supported_parameters: list[str] | None = None


def read(model: OpenRouterModel) -> Entry:
    """The offer of an entry."""
    modalities = model.architecture or Architecture()
    output = modalities.output_modalities or ["text"]
    kind = next((kind for word, kind in _KINDS.items() if word in output), None)
    if kind is None:
        return LeftOut(model.id)
    top = model.top_provider or TopProvider()
    windows = [found for value in (model.context_length, top.context_length) if (found := tokens(value)) is not None]
    window = min(windows, default=None)
    prices, unpriced, ends, remarks = _prices(model.pricing)
    if ends is not None:
        remarks = (*remarks, f"Longer prompts cost more: its context ends at {ends:,} tokens here.")
        window = ends if window is None else min(window, ends)
    return Offer(
        upstream_name=model.id,
        display_name=model.name,
        model_type=kind,  # type: ignore[arg-type]
        context_window=window,
        max_output_tokens=tokens(top.max_completion_tokens),
        capabilities=_capabilities(modalities, model.supported_parameters),
        prices=prices,
        unpriced=unpriced,
        remarks=remarks,
    )


def _capabilities(modalities: Architecture, parameters: list[str] | None) -> dict[Capability, bool]:
    found: dict[Capability, bool] = {}
    if modalities.input_modalities is not None:
        found[Capability.VISION] = "image" in modalities.input_modalities
    if modalities.output_modalities is not None:
        found[Capability.IMAGE_OUTPUT] = "image" in modalities.output_modalities
    if parameters is not None:
        found[Capability.TOOLS] = "tools" in parameters
        found[Capability.JSON] = not {"response_format", "structured_outputs"}.isdisjoint(parameters)
        found[Capability.REASONING] = "reasoning" in parameters
    return found


Priced = tuple[dict[str, Decimal | None] | None, str | None, int | None, tuple[str, ...]]
"""Prices, or why there are none; where the context ends because of them; remarks."""


def _prices(pricing: Pricing) -> Priced:
    try:
        base = _amounts(pricing)
        absent = [word for word in _NEEDED if base.get(word) is None]
        if absent:
            return None, f"The list gives no price for {' and '.join(absent)}.", None, ()
        ends, dearest, remarks = _conditions(pricing.get("overrides"), base)
        found = {
            bucket: checked(_own(dearest, word), bucket) if word in dearest and _own(dearest, word) else None
            for word, bucket in _BUCKETS.items()
        }
        for word in _NEEDED:
            found[_BUCKETS[word]] = checked(_own(dearest, word), word)
    except NoFixedPrice:
        return None, "The list gives no fixed price: it depends on where a call goes.", None, ()
    except PriceRefused as refusal:
        return None, str(refusal), None, ()
    return found, None, ends, (*remarks, *_beyond(pricing))


def _amounts(pricing: Mapping[str, object]) -> dict[str, Decimal]:
    """The prices in use, as listed. A zero beside the two that every model has means no price of its own."""
    given = ((word, amount(pricing.get(word), word)) for word in _BUCKETS)
    return {word: value for word, value in given if value is not None}


def _own(amounts: Mapping[str, Decimal], word: str) -> Decimal:
    return amounts[word] if word in _EACH else per_million(amounts[word])


def _conditions(
    overrides: object, base: Mapping[str, Decimal]
) -> tuple[int | None, dict[str, Decimal], tuple[str, ...]]:
    """Where dearer prices for long prompts begin, and the dearest prices of all other conditions."""
    ends: int | None = None
    dearest, conditional = dict(base), False
    for override in overrides if isinstance(overrides, list) else []:
        if not isinstance(override, dict):
            raise PriceRefused("The prices under conditions cannot be understood.")
        amounts = _amounts(override)
        if not any(amounts[word] > base.get(word, Decimal(0)) for word in amounts):
            continue
        start = override.get("min_prompt_tokens")
        others = set(override) - set(_BUCKETS) - _UNUSED - {"min_prompt_tokens", *_BEYOND}
        if isinstance(start, int) and start >= SHORTEST_TIER and not others:
            ends = start if ends is None else min(ends, start)
            continue
        conditional = True
        for word, value in amounts.items():
            dearest[word] = max(value, dearest.get(word, Decimal(0)))
    remarks = ("Its price varies: the dearest one is taken.",) if conditional else ()
    return ends, dearest, remarks


_BEYOND = {
    "image": "for each picture it is shown",
    "image_token": "for the tokens of pictures it is shown",
    "image_output": "for the tokens of pictures it makes",
}


def _beyond(pricing: Pricing) -> Iterable[str]:
    """What costs something at OpenRouter that Fairlead has no bucket for."""
    for word, value in pricing.items():
        if word in _BUCKETS or word in _UNUSED:
            continue
        try:
            costs = bool(amount(value, word))
        except (PriceRefused, NoFixedPrice):
            costs = True
        if costs:
            yield f"It also costs something {_BEYOND.get(word, f'for {word[:40]}')}; Fairlead does not charge for that."
