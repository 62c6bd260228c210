"""The catalogue a new installation begins with, read from `default_catalogue.toml`."""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from shared.catalogue import Capability, LatencyTier, Name, Prices, Quality, Slug, Tokens

FILE = Path(__file__).with_name("default_catalogue.toml")
ModelType = Literal["chat", "image", "embedding"]


class DefaultProvider(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider as the file describes it."""

    name: Slug
    display_name: Name
    needs_key: bool = True
    allow_private_network: bool = False
    collects_data: bool = True


class DefaultPrices(Prices, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices in which a misspelt bucket is an error."""


class DefaultModel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model as the file describes it. `plan` is the lowest default plan that has it."""

    provider: Slug
    name: Slug
    display_name: Name
    family: Slug
    context_window: Tokens
    max_output_tokens: Tokens
    capabilities: list[Capability]
    latency_tier: LatencyTier
    quality: Quality
    tags: list[Name]
    prices: DefaultPrices
    plan: str
    source: Name
    upstream_name: Slug | None = None
    model_type: ModelType = "chat"
    supports_images: bool = False
    starts_active: bool = False

    @property
    def called(self) -> str:
        """What the provider calls it."""
        return self.upstream_name or self.name


class DefaultCatalogue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    providers: list[DefaultProvider]
    models: list[DefaultModel]


def default_catalogue() -> DefaultCatalogue:
    """The file's content. Raises `msgspec.ValidationError` when it is not of this shape."""
    return msgspec.toml.decode(FILE.read_bytes(), type=DefaultCatalogue)
