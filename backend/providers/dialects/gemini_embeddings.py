"""Embeddings of the Gemini API: ai.google.dev/api/embeddings (batchEmbedContents)."""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import EmbeddingCall, Embeddings
from backend.providers.dialects import Encoded
from backend.providers.dialects.frames import UNREADABLE
from backend.providers.dialects.gemini import resource
from backend.providers.dialects.gemini_faults import read_fault
from backend.providers.dialects.gemini_usage import read_usage
from backend.providers.errors import Malformed, Truncated
from backend.providers.vendors import Vendor

__all__ = ["decode_embeddings", "encode_embedding", "unspoken"]

_TASKS = {"document": "RETRIEVAL_DOCUMENT", "query": "RETRIEVAL_QUERY"}


class _Text(Struct):
    text: str


class _Content(Struct):
    parts: tuple[_Text, ...]


class _Item(Struct, rename="camel", omit_defaults=True):
    model: str
    content: _Content
    task_type: str
    output_dimensionality: int | None = None


class _Request(Struct):
    requests: list[_Item]


class _Vector(Struct):
    values: list[float]


class _Reply(Struct, rename="camel"):
    embeddings: list[_Vector] | None = None
    usage_metadata: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply, strict=False).decode


def encode_embedding(call: EmbeddingCall, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    model = call.model if call.model.startswith("models/") else f"models/{call.model}"
    task = _TASKS[call.task]
    items = [_Item(model, _Content((_Text(text),)), task, call.dimensions) for text in call.texts]
    return Encoded(f"/{resource(call.model)}:batchEmbedContents", vendor.headers, _encode(_Request(items)))


def unspoken(call: EmbeddingCall, vendor: Vendor) -> tuple[str, ...]:
    """All further fields: they are OpenAI's."""
    return tuple(sorted(call.extra or ()))


def decode_embeddings(body: bytes) -> Embeddings:
    """The vectors in a response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
        usage = read_usage(reply.usage_metadata) if reply.usage_metadata is not UNSET else None
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a batch of embeddings") from None
    if reply.error is not UNSET:
        raise read_fault(bytes(reply.error))
    if reply.embeddings is None:
        raise Malformed("a reply without embeddings")
    return Embeddings(vectors=tuple(vector.values for vector in reply.embeddings), usage=usage)
