"""Moderation in the OpenAI dialect: platform.openai.com/docs/api-reference/moderations."""

import msgspec
from msgspec import Raw, Struct

from backend.providers.calls import Moderated, ModerationCall
from backend.providers.dialects import Encoded
from backend.providers.dialects.openai_faults import read_fault
from backend.providers.errors import Malformed
from backend.providers.vendors import Vendor

__all__ = ["decode_moderation", "encode_moderation"]

_NULL = Raw(b"null")


class _Result(Struct):
    flagged: bool
    categories: dict[str, bool | None]
    category_scores: dict[str, float | None]


class _Reply(Struct):
    results: list[_Result] | None = None
    error: Raw = _NULL
    id: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply).decode


def encode_moderation(call: ModerationCall, vendor: Vendor) -> Encoded:
    """The request for `call`."""
    body = {"model": call.model, "input": call.texts}
    return Encoded(vendor.path("/moderations", call.model), vendor.headers, _encode(body))


def decode_moderation(body: bytes) -> Moderated:
    """What was flagged. Raises `Malformed`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Malformed("not a moderation") from None
    if bytes(reply.error) != b"null":
        raise read_fault(bytes(reply.error))
    if reply.results is None:
        raise Malformed("a reply without results")
    return Moderated(texts=tuple(_flagged(result) for result in reply.results), provider_request_id=reply.id)


def _flagged(result: _Result) -> dict[str, float]:
    """What is `flagged` in no category, or the other way round, is a contradiction. Raises `Malformed`."""
    names = [name for name, flagged in result.categories.items() if flagged]
    if bool(names) is not result.flagged:
        raise Malformed("flagged in no category, or not flagged in one")
    return {name: result.category_scores.get(name) or 0.0 for name in names}
