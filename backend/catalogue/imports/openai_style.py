"""Lists in OpenAI's shape, which say little more than names, and what vendors add to it. Pure.

platform.openai.com/docs/api-reference/models/list; Groq (console.groq.com/docs/api-reference, `context_window`,
`max_completion_tokens`, `active`), Mistral (docs.mistral.ai/api, `max_context_length`, `capabilities`), Together
(docs.together.ai/reference/models, `type`, `context_length`, `pricing` in dollars per million tokens), Hugging Face
(router.huggingface.co/v1/models, `providers` with `pricing` per million tokens), Fireworks (`supports_*`), Azure
(learn.microsoft.com/rest/api/azureopenai/models/list, `capabilities`) and vLLM (`max_model_len`).
"""

from decimal import Decimal

from msgspec import Struct, field

from backend.catalogue.defaults import ModelType
from backend.catalogue.imports.amounts import NoFixedPrice, PriceRefused, amount, checked
from backend.catalogue.imports.offers import Entry, LeftOut, Offer, tokens
from backend.catalogue.imports.openrouter import Architecture
from shared.catalogue import Capability

_BUCKETS = {"input": "input", "output": "output", "cached_input": "cached_input"}
_TYPES: dict[str, ModelType] = {
    "chat": "chat", "language": "chat", "code": "chat", "base": "chat", "embedding": "embedding", "image": "image",
}  # fmt: skip
"""Words of Together and Mistral; a type that is not here answers no chat."""
_NO_CHAT = ("whisper", "tts", "transcri", "moderation", "realtime", "sora", "rerank", "orpheus", "-ocr")
_EMBEDS = ("embed",)
_DRAWS = ("dall-e", "gpt-image", "imagen", "flux")
_SAYS = {
    "vision": Capability.VISION,
    "function_calling": Capability.TOOLS,
    "supports_image_input": Capability.VISION,
    "supports_tools": Capability.TOOLS,
    "supports_structured_output": Capability.JSON,
}


class _Server(Struct):
    """Who answers behind Hugging Face's router."""

    status: str | None = None
    context_length: float | None = None
    pricing: dict[str, object] | None = None
    supports_tools: bool | None = None
    supports_structured_output: bool | None = None


class OpenAIStyleModel(Struct):
    """An entry of the list, as far as it matters here."""

    id: str
    name: str | None = None
    display_name: str | None = None
    type: str | None = None
    active: bool | None = None
    context_window: float | None = None
    context_length: float | None = None
    max_context_length: float | None = None
    max_model_len: float | None = None
    max_completion_tokens: float | None = None
    pricing: dict[str, object] | None = None
    capabilities: object = None
    architecture: Architecture | None = None
    providers: list[_Server] = field(default_factory=list)
    supports_chat: bool | None = None
    supports_image_input: bool | None = None
    supports_tools: bool | None = None


def read(model: OpenAIStyleModel) -> Entry:
    """The offer of an entry."""
    name = model.id.removeprefix("models/")  # Gemini's compatible list has resource names
    kind = _kind(model, name)
    if kind is None or model.active is False:
        return LeftOut(name)
    servers = [server for server in model.providers if server.status in (None, "live")]
    prices, unpriced, remarks = _prices(model, servers)
    stated = (model.context_window, model.context_length, model.max_context_length, model.max_model_len)
    windows = [found for value in stated if (found := tokens(value)) is not None]
    windows = windows or [found for server in servers if (found := tokens(server.context_length)) is not None]
    return Offer(
        upstream_name=name,
        display_name=model.display_name or model.name,
        model_type=kind,
        context_window=min(windows, default=None),
        max_output_tokens=tokens(model.max_completion_tokens),
        capabilities=_capabilities(model, servers),
        prices=prices,
        unpriced=unpriced,
        remarks=remarks,
    )


def _kind(model: OpenAIStyleModel, name: str) -> ModelType | None:
    """What the list says it is for, else what its name says; None for neither chat, embeddings nor pictures."""
    bare = name.lower()
    by_name: ModelType = "chat"
    if any(word in bare for word in _EMBEDS):
        by_name = "embedding"
    elif any(word in bare for word in _DRAWS):
        by_name = "image"
    if model.type is not None:
        return _TYPES.get(model.type) if model.type != "base" else by_name if _chats(model, by_name) else None
    if any(word in bare for word in _NO_CHAT) or not _chats(model, by_name):
        return None
    return by_name


def _chats(model: OpenAIStyleModel, by_name: ModelType) -> bool:
    """Whether nothing in the list speaks against the kind that the name suggests."""
    said = _flags(model)
    denied = [said.get(word) for word in ("completion_chat", "chat_completion", "supports_chat")]
    return by_name != "chat" or all(each is not False for each in denied)


def _flags(model: OpenAIStyleModel) -> dict[str, bool]:
    found = {"supports_chat": model.supports_chat, "supports_image_input": model.supports_image_input}
    found["supports_tools"] = model.supports_tools
    if isinstance(model.capabilities, dict):
        found |= {str(word): value for word, value in model.capabilities.items() if isinstance(value, bool)}
    return {word: value for word, value in found.items() if value is not None}


def _capabilities(model: OpenAIStyleModel, servers: list[_Server]) -> dict[Capability, bool]:
    found = {_SAYS[word]: value for word, value in _flags(model).items() if word in _SAYS}
    if model.architecture is not None and model.architecture.input_modalities is not None:
        found[Capability.VISION] = "image" in model.architecture.input_modalities
    for word in ("supports_tools", "supports_structured_output"):
        said = [value for server in servers if (value := getattr(server, word)) is not None]
        if said:
            found[_SAYS[word]] = all(said)
    return found


def _prices(
    model: OpenAIStyleModel, servers: list[_Server]
) -> tuple[dict[str, Decimal | None] | None, str | None, tuple[str, ...]]:
    """Prices, or why there are none, and remarks. Where several answer, the dearest price stands."""
    tables = [table for table in (model.pricing, *(server.pricing for server in servers)) if table]
    if not tables:
        return None, None, ()
    try:
        read = [{word: amount(table.get(word), word) for word in _BUCKETS} for table in tables]
        found: dict[str, Decimal | None] = {}
        for word, bucket in _BUCKETS.items():
            given = [table[word] for table in read if table[word] is not None]
            if given:
                found[bucket] = checked(max(value for value in given if value is not None), word)
    except NoFixedPrice:
        return None, "The list gives no fixed price.", ()
    except PriceRefused as refusal:
        return None, str(refusal), ()
    if "input" not in found or "output" not in found:
        return None, "The list gives no price for input and output.", ()
    if not any(found.values()) and any(word in table for table in tables for word in ("hourly", "base", "finetune")):
        return None, "The list gives zero for every price, as it does for models that are priced otherwise.", ()
    several = len({(table["input"], table["output"]) for table in read}) > 1
    return found, None, ("Its price varies: the dearest one is taken.",) if several else ()
