"""Embeddings of the Cohere API: docs.cohere.com/reference/embed (v2)."""

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from backend.providers.calls import EmbeddingCall, Embeddings
from backend.providers.dialects import Encoded
from backend.providers.dialects.cohere_faults import read_fault
from backend.providers.dialects.cohere_usage import read_usage
from backend.providers.dialects.frames import UNREADABLE
from backend.providers.errors import Malformed, Truncated
from backend.providers.vendors import Vendor

__all__ = ["decode_embeddings", "encode_embedding", "unspoken"]

_INPUTS = {"document": "search_document", "query": "search_query"}


class _Request(Struct, omit_defaults=True):
    model: str
    texts: tuple[str, ...]
    input_type: str
    embedding_types: list[str]
    output_dimension: int | None = None


class _ByType(Struct):
    floats: list[list[float]] | None = msgspec.field(name="float", default=None)


class _Reply(Struct):
    id: str | None = None
    embeddings: _ByType | None = None
    meta: Raw | UnsetType = UNSET
    message: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply, strict=False).decode


def encode_embedding(call: EmbeddingCall, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    body = _Request(call.model, call.texts, _INPUTS[call.task], ["float"], call.dimensions)
    return Encoded("/v2/embed", vendor.headers, _encode(body))


def unspoken(call: EmbeddingCall, vendor: Vendor) -> tuple[str, ...]:
    """All further fields: they are OpenAI's."""
    return tuple(sorted(call.extra or ()))


def decode_embeddings(body: bytes) -> Embeddings:
    """The vectors in a response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
        usage = read_usage(reply.meta) if reply.meta is not UNSET and bytes(reply.meta) != b"null" else None
    except UNREADABLE as error:
        if "truncated" in str(error):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a reply with embeddings") from None
    if reply.message is not None:
        raise read_fault(reply.message)
    if reply.embeddings is None or reply.embeddings.floats is None:
        raise Malformed("a reply without embeddings")
    return Embeddings(vectors=tuple(reply.embeddings.floats), usage=usage, provider_request_id=reply.id)
