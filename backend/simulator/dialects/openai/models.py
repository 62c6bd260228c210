"""The list of models: platform.openai.com/docs/api-reference/models."""

from urllib.parse import unquote

import msgspec
from msgspec import Struct

from backend.simulator.personas import CREATED, NAMED
from backend.simulator.refusal import Kind, Refusal


class Model(Struct, frozen=True, kw_only=True):
    """An entry of the list."""

    id: str
    object: str = "model"
    created: int = CREATED
    owned_by: str = "simulator"


class ModelList(Struct, frozen=True, kw_only=True):
    """All models."""

    object: str = "list"
    data: list[Model]


def listed() -> bytes:
    """All models."""
    return msgspec.json.encode(ModelList(data=[Model(id=persona.name) for persona in NAMED]))


def one(name: str) -> bytes:
    """One model. Raises Refusal."""
    name = unquote(name)
    if not any(persona.name == name for persona in NAMED):
        raise Refusal(Kind.UNKNOWN_MODEL, f"The model '{name[:100]}' does not exist", field="model")
    return msgspec.json.encode(Model(id=name))
