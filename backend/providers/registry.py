"""The dialects Fairlead speaks."""

from collections.abc import Mapping
from typing import TypeVar

from backend.catalogue.snapshot import Provider
from backend.providers.calls import ChatCall, EmbeddingCall, PictureCall, Target
from backend.providers.dialects import (
    Dialect,
    EmbeddingDialect,
    ModerationDialect,
    PictureDialect,
    anthropic,
    cohere,
    cohere_embeddings,
    gemini,
    gemini_embeddings,
    openai,
    openai_embeddings,
    openai_moderation,
    openai_pictures,
)
from backend.providers.errors import TargetRefused
from backend.providers.vendors import vendor

D = TypeVar("D")

DIALECTS: dict[str, Dialect] = {
    "openai": openai,
    "anthropic": anthropic,
    "gemini": gemini,
    "cohere": cohere,
}
EMBEDDING_DIALECTS: dict[str, EmbeddingDialect] = {
    "openai": openai_embeddings,
    "gemini": gemini_embeddings,
    "cohere": cohere_embeddings,
}
MODERATION_DIALECTS: dict[str, ModerationDialect] = {
    "openai": openai_moderation,
}
PICTURE_DIALECTS: dict[str, PictureDialect] = {
    "openai": openai_pictures,
}


def unspoken(provider: Provider, call: ChatCall | EmbeddingCall | PictureCall) -> tuple[str, ...]:
    """What of a call a provider does not know, as names of OpenAI's request fields."""
    address = provider.endpoints[0].base_url if provider.endpoints else ""
    known = vendor(provider.name, provider.dialect, address)
    match call:
        case ChatCall():
            chat = DIALECTS.get(provider.dialect)
            return chat.unspoken(call, known) if chat is not None else ()
        case EmbeddingCall():
            embedding = EMBEDDING_DIALECTS.get(provider.dialect)
            return embedding.unspoken(call, known) if embedding is not None else ()
        case PictureCall():
            picture = PICTURE_DIALECTS.get(provider.dialect)
            return picture.unspoken(call, known) if picture is not None else ()


def dialect(target: Target) -> Dialect:
    """The dialect of a target. Raises `TargetRefused` for one that is not spoken."""
    return _of(target, DIALECTS, "is not spoken here")


def embedding_dialect(target: Target) -> EmbeddingDialect:
    """How a target is asked for embeddings. Raises `TargetRefused` for a dialect that has none."""
    return _of(target, EMBEDDING_DIALECTS, "has no embeddings")


def moderation_dialect(target: Target) -> ModerationDialect:
    """How a target is asked for moderation. Raises `TargetRefused` for a dialect that has none."""
    return _of(target, MODERATION_DIALECTS, "has no moderation")


def picture_dialect(target: Target) -> PictureDialect:
    """How a target is asked for pictures. Raises `TargetRefused` for a dialect that has none."""
    return _of(target, PICTURE_DIALECTS, "has no pictures")


def _of(target: Target, spoken: Mapping[str, D], otherwise: str) -> D:
    try:
        return spoken[target.dialect]
    except KeyError:
        raise TargetRefused(f"the dialect {target.dialect!r} {otherwise}") from None
