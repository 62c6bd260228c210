"""Embeddings: docs.cohere.com/reference/embed."""

from typing import Annotated, Literal
from uuid import uuid4

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from backend.simulator import tokens
from backend.simulator.ask import Given, Trade
from backend.simulator.dialects.cohere.errors import UNREADABLE
from backend.simulator.dialects.cohere.requests import Text
from backend.simulator.dialects.reading import decoded
from backend.simulator.refusal import Kind, Refusal
from backend.simulator.vectors import embed, packed

_MOST_TEXTS = 96
_TASK = Literal["search_document", "search_query", "classification", "clustering"]


class Input(Struct, frozen=True):
    """What one vector is made of; pictures are not taken."""

    content: Annotated[list[Text], Meta(min_length=1)]


class EmbedRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Texts, or inputs made of texts."""

    model: Annotated[str, Meta(min_length=1)]
    input_type: _TASK
    texts: Annotated[list[str], Meta(min_length=1, max_length=_MOST_TEXTS)] | None = None
    inputs: Annotated[list[Input], Meta(min_length=1, max_length=_MOST_TEXTS)] | None = None
    output_dimension: Literal[256, 512, 1024, 1536] = 1536
    embedding_types: list[Literal["float", "int8", "uint8", "base64"]] | None = None
    truncate: Literal["NONE", "START", "END"] = "END"
    max_tokens: int | None = None
    priority: int | None = None


class Vectors(Struct, frozen=True, kw_only=True, rename={"floats": "float"}):
    """All vectors in each form that was asked for."""

    floats: list[list[float]] | UnsetType = UNSET
    int8: list[list[int]] | UnsetType = UNSET
    uint8: list[list[int]] | UnsetType = UNSET
    base64: list[str] | UnsetType = UNSET


class Units(Struct, frozen=True):
    """What is charged."""

    input_tokens: int


class Version(Struct, frozen=True):
    """Of the interface."""

    version: str = "2"


class About(Struct, frozen=True):
    """Facts about the call."""

    billed_units: Units
    api_version: Version = Version()


class Embeddings(Struct, frozen=True, kw_only=True):
    """The whole answer."""

    id: str
    embeddings: Vectors
    texts: list[str]
    meta: About
    response_type: str = "embeddings_by_type"


_decode = msgspec.json.Decoder(EmbedRequest).decode


def read(body: bytes) -> Given:
    """An embedding request with its answer. Raises Refusal."""
    request = decoded(_decode, body, UNREADABLE)
    if (request.texts is None) is (request.inputs is None):
        raise Refusal(Kind.INVALID, "invalid request: give either texts or inputs", field="texts")
    texts = request.texts or ["\n".join(part.text for part in one.content) for one in request.inputs or ()]
    vectors = [embed(text, request.output_dimension) for text in texts]
    counts = [tokens.count(text) for text in texts]
    answer = Embeddings(
        id=uuid4().hex,
        embeddings=_formed(vectors, set(request.embedding_types or ["float"])),
        texts=texts,
        meta=About(Units(sum(counts))),
    )
    return Given(
        model=request.model,
        trade=Trade.EMBEDDING,
        data=msgspec.json.encode(answer),
        prompt=texts[-1],
        longest=max(counts) if request.truncate == "NONE" else 0,
    )


def _formed(vectors: list[list[float]], forms: set[str]) -> Vectors:
    whole = [[round(value * 127) for value in vector] for vector in vectors]
    return Vectors(
        floats=vectors if "float" in forms else UNSET,
        int8=whole if "int8" in forms else UNSET,
        uint8=[[value + 128 for value in vector] for vector in whole] if "uint8" in forms else UNSET,
        base64=[packed(vector) for vector in vectors] if "base64" in forms else UNSET,
    )
