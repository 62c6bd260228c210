"""The list of models: docs.cohere.com/reference/list-models."""

import msgspec
from msgspec import Struct

from backend.simulator.ask import Trade
from backend.simulator.personas import NAMED, Persona
from backend.simulator.refusal import Kind, Refusal

_ENDPOINTS = {Trade.CHAT: ["chat"], Trade.EMBEDDING: ["embed"]}


class Model(Struct, frozen=True, kw_only=True):
    """An entry of the list."""

    name: str
    is_deprecated: bool = False
    endpoints: list[str]
    finetuned: bool = False
    context_length: int
    tokenizer_url: str | None = None
    default_endpoints: list[str] = []
    features: list[str]


class ModelList(Struct, frozen=True):
    """One page, which is all."""

    models: list[Model]


def listed() -> bytes:
    """All models that this dialect reaches."""
    return msgspec.json.encode(ModelList([_entry(persona) for persona in NAMED if persona.trade in _ENDPOINTS]))


def one(name: str) -> bytes:
    """One model. Raises Refusal."""
    for persona in NAMED:
        if persona.name == name and persona.trade in _ENDPOINTS:
            return msgspec.json.encode(_entry(persona))
    raise Refusal(Kind.UNKNOWN_MODEL, f"model '{name[:100]}' not found")


def _entry(persona: Persona) -> Model:
    chats = persona.trade is Trade.CHAT
    features = ["json_mode", "json_schema", "tools", *(["vision"] if persona.sees else [])] if chats else []
    return Model(
        name=persona.name,
        endpoints=_ENDPOINTS[persona.trade],
        context_length=persona.context_window,
        features=features,
    )
