"""Lists of models as OpenAI's and Anthropic's clients know them.

Sources: platform.openai.com/docs/api-reference/models, docs.anthropic.com/en/api/models-list.
"""

from typing import Literal

from msgspec import Struct

from shared.catalogue import Capability
from shared.wire import Instant

ModelType = Literal["chat", "image", "embedding"]


class ModelObject(Struct, frozen=True, kw_only=True):
    """A name that requests may give as their model. `created` is in epoch seconds; `alias_of` is what it stands for."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    display_name: str
    model_type: ModelType
    context_window: int
    max_output_tokens: int
    capabilities: list[Capability]
    alias_of: str | None


class ModelList(Struct, frozen=True, kw_only=True):
    """OpenAI's list."""

    object: Literal["list"] = "list"
    data: list[ModelObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


class AnthropicModel(Struct, frozen=True, kw_only=True):
    """A name that requests may give as their model; `created_at` is the epoch where it is unknown."""

    type: Literal["model"] = "model"
    id: str
    display_name: str
    created_at: Instant
    lifecycle: Literal["active"] = "active"
    max_input_tokens: int
    max_tokens: int


class AnthropicModelList(Struct, frozen=True, kw_only=True):
    """Anthropic's list."""

    data: list[AnthropicModel]
    first_id: str | None
    last_id: str | None
    has_more: bool
