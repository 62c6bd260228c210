"""From an embedding request to an errand, and from vectors to the answer. Pure."""

import sys
from array import array
from base64 import b64encode
from collections.abc import Mapping
from functools import partial

import msgspec
from msgspec import Raw, Struct

from backend.errands.embedding import Embedding
from backend.errands.order import Done, Errand
from backend.errors import InvalidRequest
from backend.providers.calls import EmbeddingCall, Pictures, Vector
from backend.v1.chat.reading import preferences_of
from backend.v1.chat.wire import AnsweredBy
from backend.v1.embeddings.wire import EmbeddingItem, EmbeddingList, EmbeddingRequest, EmbeddingUsage


class _Body(Struct, frozen=True):
    """All that was sent."""

    request: EmbeddingRequest
    extra: dict[str, Raw]


def errand_of(request: EmbeddingRequest, extra: Mapping[str, Raw] | None) -> Errand:
    """What is to be done. Raises `InvalidRequest`."""
    preferences, strategy = preferences_of(request.provider)
    further = dict(extra or {})
    if request.user is not None:
        further["user"] = Raw(msgspec.json.encode(request.user))
    call = EmbeddingCall(model="", texts=_texts(request), dimensions=request.dimensions, extra=further or None)
    return Errand(
        body=_Body(request, dict(extra or {})),
        work=Embedding(call),
        shape=partial(embedding_list, base64=request.encoding_format == "base64"),
        requested=request.model,
        models=(request.model, *(request.models or ())),
        preferences=preferences,
        strategy=strategy,
    )


def _texts(request: EmbeddingRequest) -> tuple[str, ...]:
    given = [request.input] if isinstance(request.input, str) else request.input
    texts = tuple(text for text in given if isinstance(text, str))
    if len(texts) < len(given):
        raise InvalidRequest("input must be a text or a list of texts: tokens in place of texts cannot be read here.")
    return texts


def embedding_list(done: Done, *, base64: bool) -> EmbeddingList:
    """The answer."""
    assert not isinstance(done.made, Pictures)
    usage = done.pieces.usage
    return EmbeddingList(
        data=[
            EmbeddingItem(index=index, embedding=packed(vector) if base64 else list(vector))
            for index, vector in enumerate(done.made.vectors)
        ],
        model=done.model,
        usage=EmbeddingUsage(
            prompt_tokens=usage.prompt_tokens,
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
            credits=done.credits,
            estimated=done.pieces.estimated,
        ),
        routing_metadata=done.routing,
        provider=AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms),
    )


def packed(vector: Vector) -> str:
    """A vector as base64 of little-endian 32-bit floats."""
    floats = array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return b64encode(floats).decode()
