"""Embeddings: ai.google.dev/api/embeddings."""

import msgspec
from msgspec import Struct

from backend.simulator import tokens
from backend.simulator.ask import Given, Trade
from backend.simulator.dialects.gemini.errors import UNREADABLE
from backend.simulator.dialects.gemini.names import decoder
from backend.simulator.dialects.gemini.reading import text_of
from backend.simulator.dialects.gemini.requests import BatchEmbedRequest, EmbedRequest
from backend.simulator.dialects.reading import decoded
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.vectors import embed

DIMENSIONS = 3072
"""Of a vector unless asked otherwise, as of gemini-embedding-001."""

_decode = decoder(EmbedRequest)
_decode_batch = decoder(BatchEmbedRequest)


class Embedding(Struct, frozen=True):
    """One vector."""

    values: list[float]


class Usage(Struct, frozen=True, rename="camel"):
    """Tokens of the texts."""

    prompt_token_count: int
    total_token_count: int


class Single(Struct, frozen=True, rename="camel"):
    """The vector of one text."""

    embedding: Embedding
    usage_metadata: Usage


class Batch(Struct, frozen=True, rename="camel"):
    """The vectors, in the order of their texts."""

    embeddings: list[Embedding]
    usage_metadata: Usage


def single(model: str, body: bytes) -> Given:
    """A request for one vector, with it. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    (vector,), texts, usage = _made([request], model)
    return _given(model, texts, Single(vector, usage))


def batch(model: str, body: bytes) -> Given:
    """A request for several vectors, with them. Raises Refusal."""
    request = decoded(_decode_batch, body, UNREADABLE)
    vectors, texts, usage = _made(request.requests, model)
    return _given(model, texts, Batch(vectors, usage))


def _made(requests: list[EmbedRequest], model: str) -> tuple[list[Embedding], list[str], Usage]:
    for place, request in enumerate(requests):
        if request.model is not None and request.model.removeprefix("models/") != model:
            raise Refusal(
                Kind.INVALID, "All requests must be for the model of the address.", field=f"requests[{place}]"
            )
    texts = [text_of(request.content) for request in requests]
    vectors = [
        Embedding(embed(text, request.output_dimensionality or DIMENSIONS))
        for text, request in zip(texts, requests, strict=True)
    ]
    count = sum(tokens.count(text) for text in texts)
    return vectors, texts, Usage(count, count)


def _given(model: str, texts: list[str], answer: Struct) -> Given:
    return Given(
        model=model,
        trade=Trade.EMBEDDING,
        data=msgspec.json.encode(answer),
        prompt=texts[-1],
        longest=max(tokens.count(text) for text in texts),
    )
