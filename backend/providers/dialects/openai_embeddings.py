"""Embeddings of the OpenAI dialect: platform.openai.com/docs/api-reference/embeddings."""

import math
import sys
from array import array
from base64 import b64decode
from operator import itemgetter

import msgspec
from msgspec import Raw, Struct

from backend.providers.calls import EmbeddingCall, Embeddings, Vector
from backend.providers.dialects import Encoded
from backend.providers.dialects.openai_faults import read_fault
from backend.providers.dialects.openai_usage import Reported, read_usage
from backend.providers.errors import Malformed, Truncated
from backend.providers.vendors import Vendor

__all__ = ["decode_embeddings", "encode_embedding", "unspoken"]

_NULL = Raw(b"null")
_KNOWS = frozenset({"user"})
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


class _Item(Struct):
    embedding: list[float] | str
    index: int | None = None


class _Reply(Struct):
    data: list[_Item] | None = None
    usage: Raw = _NULL
    error: Raw = _NULL
    id: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply).decode


def encode_embedding(call: EmbeddingCall, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    encoding = "base64" if vendor.packs_vectors else "float"
    body: dict[str, object] = {"model": call.model, "input": call.texts, "encoding_format": encoding}
    if call.dimensions is not None:
        body[vendor.dimensions] = call.dimensions
    if vendor.cost_option:
        body["usage"] = {"include": True}
    body.update((name, value) for name, value in (call.extra or {}).items() if name in _KNOWS & vendor.knows)
    return Encoded(vendor.path("/embeddings", call.model), vendor.headers, _encode(body))


def unspoken(call: EmbeddingCall, vendor: Vendor) -> tuple[str, ...]:
    """The further fields this vendor does not know."""
    return tuple(sorted((call.extra or {}).keys() - (_KNOWS & vendor.knows)))


def decode_embeddings(body: bytes) -> Embeddings:
    """The vectors in a response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
        items = [(item.index if item.index is not None else place, item) for place, item in enumerate(reply.data or ())]
        vectors = tuple(_vector(item.embedding) for _, item in sorted(items, key=itemgetter(0)))
        reported = read_usage(bytes(reply.usage)) if bytes(reply.usage) != b"null" else Reported(None, None)
    except _UNREADABLE as unreadable:
        if "truncated" in str(unreadable):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a list of embeddings") from None
    if bytes(reply.error) != b"null":
        raise read_fault(bytes(reply.error))
    if reply.data is None:
        raise Malformed("a reply without embeddings")
    return Embeddings(vectors=vectors, usage=reported.usage, provider_cost=reported.cost, provider_request_id=reply.id)


def _vector(embedding: list[float] | str) -> Vector:
    """Some servers send base64 of little-endian floats whatever was asked for. Raises `ValueError` for other text."""
    if isinstance(embedding, list):
        return embedding
    vector = array("f", b64decode(embedding, validate=True))
    if sys.byteorder == "big":
        vector.byteswap()
    if not math.isfinite(sum(vector)):
        raise ValueError("not all are numbers")
    return vector
