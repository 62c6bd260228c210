"""The lists of Anthropic, Gemini and Cohere. None of them gives prices. Pure.

platform.claude.com/docs/en/api/models/list, ai.google.dev/api/models, docs.cohere.com/reference/list-models.
"""

from msgspec import Struct, field

from backend.catalogue.imports.offers import Entry, LeftOut, Offer, tokens
from shared.catalogue import Capability


class _Support(Struct):
    supported: bool | None = None


class _AnthropicCapabilities(Struct):
    image_input: _Support | None = None
    structured_outputs: _Support | None = None
    thinking: _Support | None = None


class AnthropicModel(Struct):
    """An entry of Anthropic's list."""

    id: str
    display_name: str | None = None
    max_input_tokens: float | None = None
    max_tokens: float | None = None
    capabilities: _AnthropicCapabilities | None = None
    lifecycle: str | None = None


def read_anthropic(model: AnthropicModel) -> Entry:
    """The offer of an entry; a retired model is only history."""
    if model.lifecycle == "retired":
        return LeftOut(model.id)
    can = model.capabilities or _AnthropicCapabilities()
    said = {
        Capability.VISION: can.image_input,
        Capability.JSON: can.structured_outputs,
        Capability.REASONING: can.thinking,
    }
    return Offer(
        upstream_name=model.id,
        display_name=model.display_name,
        context_window=tokens(model.max_input_tokens),
        max_output_tokens=tokens(model.max_tokens),
        capabilities={
            what: each.supported for what, each in said.items() if each is not None and each.supported is not None
        },
        remarks=("Anthropic announces its end.",) if model.lifecycle == "deprecated" else (),
    )


class GeminiModel(Struct, rename="camel"):
    """An entry of Gemini's list."""

    name: str
    display_name: str | None = None
    input_token_limit: float | None = None
    output_token_limit: float | None = None
    supported_generation_methods: list[str] = field(default_factory=list)
    thinking: bool | None = None


def read_gemini(model: GeminiModel) -> Entry:
    """The offer of an entry: a model that generates content chats, one that embeds is for embeddings."""
    name = model.name.removeprefix("models/")
    if "generateContent" in model.supported_generation_methods:
        kind = "chat"
    elif {"embedContent", "batchEmbedContents"} & set(model.supported_generation_methods):
        kind = "embedding"
    else:
        return LeftOut(name)
    return Offer(
        upstream_name=name,
        display_name=model.display_name,
        model_type="chat" if kind == "chat" else "embedding",
        context_window=tokens(model.input_token_limit),
        max_output_tokens=tokens(model.output_token_limit),
        capabilities={} if model.thinking is None else {Capability.REASONING: model.thinking},
    )


class CohereModel(Struct):
    """An entry of Cohere's list."""

    name: str
    endpoints: list[str] = field(default_factory=list)
    context_length: float | None = None
    features: list[str] | None = None
    is_deprecated: bool | None = None


_COHERE_FEATURES = {
    "vision": Capability.VISION,
    "tools": Capability.TOOLS,
    "json_mode": Capability.JSON,
    "reasoning": Capability.REASONING,
}


def read_cohere(model: CohereModel) -> Entry:
    """The offer of an entry that chats or embeds. A feature is told when it is there; silence denies nothing."""
    chats = "chat" in model.endpoints
    if not chats and "embed" not in model.endpoints:
        return LeftOut(model.name)
    return Offer(
        upstream_name=model.name,
        model_type="chat" if chats else "embedding",
        context_window=tokens(model.context_length),
        capabilities={_COHERE_FEATURES[each]: True for each in model.features or () if each in _COHERE_FEATURES},
        remarks=("Cohere announces its end.",) if model.is_deprecated else (),
    )
