"""The list of models: ai.google.dev/api/models."""

import msgspec
from msgspec import Struct

from backend.simulator.ask import Trade
from backend.simulator.personas import NAMED, Persona
from backend.simulator.refusal import Kind, Refusal

_METHODS = {
    Trade.CHAT: ["generateContent", "countTokens"],
    Trade.EMBEDDING: ["embedContent", "batchEmbedContents"],
}


class Model(Struct, frozen=True, kw_only=True, rename="camel"):
    """An entry of the list."""

    name: str
    version: str = "001"
    display_name: str
    description: str = "Simulated: no language model is asked."
    input_token_limit: int
    output_token_limit: int
    supported_generation_methods: list[str]


class ModelList(Struct, frozen=True):
    """One page, which is all."""

    models: list[Model]


def listed() -> bytes:
    """All models that this dialect reaches."""
    return msgspec.json.encode(ModelList([_entry(persona) for persona in NAMED if persona.trade in _METHODS]))


def one(name: str) -> bytes:
    """One model. Raises Refusal."""
    for persona in NAMED:
        if persona.name == name and persona.trade in _METHODS:
            return msgspec.json.encode(_entry(persona))
    raise Refusal(Kind.UNKNOWN_MODEL, f"models/{name[:100]} is not found for API version v1beta.")


def _entry(persona: Persona) -> Model:
    return Model(
        name=f"models/{persona.name}",
        display_name=persona.name.replace("-", " ").title(),
        input_token_limit=persona.context_window,
        output_token_limit=max(1, persona.max_output),
        supported_generation_methods=_METHODS[persona.trade],
    )
