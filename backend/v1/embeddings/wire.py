"""Embeddings on the wire: platform.openai.com/docs/api-reference/embeddings."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

from backend.v1.chat.wire import AnsweredBy, Name, ProviderPreferences
from shared.routing import Routing

MOST_TEXTS = 2048
Inputs = Annotated[list[str | int | list[int]], Meta(min_length=1, max_length=MOST_TEXTS)]


class EmbeddingRequest(Struct, frozen=True, kw_only=True):
    """Texts to be embedded. Tokens in place of texts are refused: which model answers, and with it what they mean,
    is not known before.

    `model` is a catalogue name, an alias or `auto`; `models` are asked after it, in order. Vectors of different models
    cannot be compared. Fields that are not listed go to providers that know them and are named in
    `routing_metadata.ignored` otherwise.
    """

    input: str | Inputs
    model: Name = "auto"
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    dimensions: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    encoding_format: Literal["float", "base64"] | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    provider: ProviderPreferences | None = None


class EmbeddingItem(Struct, frozen=True, kw_only=True):
    """One vector: numbers, or base64 of little-endian 32-bit floats."""

    index: int
    embedding: list[float] | str
    object: Literal["embedding"] = "embedding"


class EmbeddingUsage(Struct, frozen=True, kw_only=True):
    """Tokens of the texts, and what they cost in credits. `estimated`: the provider reported none."""

    prompt_tokens: int
    total_tokens: int
    credits: Decimal
    estimated: bool


class EmbeddingList(Struct, frozen=True, kw_only=True):
    """A vector for each text, in their order."""

    data: list[EmbeddingItem]
    model: str
    usage: EmbeddingUsage
    routing_metadata: Routing
    provider: AnsweredBy
    object: Literal["list"] = "list"
