"""Embeddings: platform.openai.com/docs/api-reference/embeddings."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from backend.simulator import tokens
from backend.simulator.ask import Given, Trade
from backend.simulator.dialects.openai.errors import UNREADABLE
from backend.simulator.dialects.reading import decoded
from backend.simulator.vectors import embed, packed

DIMENSIONS = 1536
"""Of a vector unless asked otherwise, as of text-embedding-3-small."""

Text = Annotated[str, Meta(min_length=1)]


class EmbeddingRequest(Struct, frozen=True):
    """Texts; tokens instead of texts are not offered here."""

    model: Annotated[str, Meta(min_length=1)]
    input: Text | Annotated[list[Text], Meta(min_length=1, max_length=2048)]
    dimensions: Annotated[int, Meta(ge=1, le=DIMENSIONS)] | None = None
    encoding_format: Literal["float", "base64"] | None = None


class Embedding(Struct, frozen=True, kw_only=True):
    """One vector."""

    object: str = "embedding"
    index: int
    embedding: list[float] | str


class Usage(Struct, frozen=True):
    """Tokens of the texts."""

    prompt_tokens: int
    total_tokens: int


class EmbeddingList(Struct, frozen=True, kw_only=True):
    """All vectors, in the order of their texts."""

    object: str = "list"
    data: list[Embedding]
    model: str
    usage: Usage


_decode = msgspec.json.Decoder(EmbeddingRequest).decode


def read(body: bytes) -> Given:
    """An embedding request with its answer. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    texts = [request.input] if isinstance(request.input, str) else request.input
    vectors = [embed(text, request.dimensions or DIMENSIONS) for text in texts]
    counts = [tokens.count(text) for text in texts]
    answer = EmbeddingList(
        data=[
            Embedding(index=place, embedding=packed(vector) if request.encoding_format == "base64" else vector)
            for place, vector in enumerate(vectors)
        ],
        model=request.model,
        usage=Usage(sum(counts), sum(counts)),
    )
    data = msgspec.json.encode(answer)
    return Given(model=request.model, trade=Trade.EMBEDDING, data=data, prompt=texts[-1], longest=max(counts))
