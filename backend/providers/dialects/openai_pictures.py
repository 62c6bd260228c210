"""Pictures of the OpenAI dialect: platform.openai.com/docs/api-reference/images.

OpenAI itself has retired variations; servers that copy it have not.
"""

import re
from typing import Annotated

import httpx
import msgspec
from msgspec import Meta, Raw, Struct

from backend.providers.calls import MadePicture, PictureCall, Pictures, TokenUsage, Upload
from backend.providers.dialects import Encoded
from backend.providers.dialects.openai_faults import read_fault
from backend.providers.errors import Malformed, Truncated
from backend.providers.vendors import Vendor

__all__ = ["decode_pictures", "encode_picture", "unspoken"]

_PATHS = {"generate": "/images/generations", "edit": "/images/edits", "vary": "/images/variations"}
_FOR_ALL = frozenset({"response_format", "safety_identifier", "user"})
_MADE = _FOR_ALL | {"background", "complexity", "moderation", "output_compression", "output_format", "style"}
_KNOWS = {"generate": _MADE, "edit": _MADE | {"input_fidelity"}, "vary": _FOR_ALL}
_GPT_IMAGE = re.compile(r"(^|/)(chat)?gpt-image")
"""OpenAI's own models, which refuse `style` and `response_format`: they always answer with base64."""

_SVG = b'"svg"'
"""A format drawn by another model, whose tokens come on top at prices of its own; it is not asked for."""

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_NULL = Raw(b"null")
_UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


class _Item(Struct):
    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


_Count = Annotated[int, Meta(ge=0, le=100_000_000)]


class _InputDetails(Struct):
    cached_tokens: _Count | None = None


class _OutputDetails(Struct):
    text_tokens: _Count | None = None


class _Usage(Struct):
    input_tokens: _Count = 0
    output_tokens: _Count = 0
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _Reply(Struct):
    data: list[_Item] | None = None
    usage: _Usage | None = None
    error: Raw = _NULL


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Reply).decode
_decode_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_OWN_FIELDS = frozenset({"created", *_Reply.__struct_fields__})


def encode_picture(call: PictureCall, vendor: Vendor) -> Encoded:
    """The request for `call`: JSON from words, a form with files from pictures."""
    fields: dict[str, object] = {"model": call.model, "prompt": call.prompt or None, "n": call.count}
    fields |= {"size": call.size, "quality": call.quality}
    fields |= {name: value for name, value in (call.extra or {}).items() if _is_spoken(name, value, call)}
    given = {name: value for name, value in fields.items() if value is not None}
    path = vendor.path(_PATHS[call.kind], call.model)
    if call.kind == "generate":
        return Encoded(path, vendor.headers, _encode(given))
    image = "image" if len(call.pictures) == 1 else "image[]"
    files = [(image, _file(picture)) for picture in call.pictures]
    if call.mask is not None:
        files.append(("mask", _file(call.mask)))
    written = {name: _written(value) for name, value in given.items()}
    form = httpx.Request("POST", "http://form", data=written, files=files)
    return Encoded(path, (*vendor.headers, ("content-type", form.headers["content-type"])), form.read())


def unspoken(call: PictureCall, vendor: Vendor) -> tuple[str, ...]:
    """The further fields that this kind of request does not have."""
    return tuple(sorted(name for name, value in (call.extra or {}).items() if not _is_spoken(name, value, call)))


def decode_pictures(body: bytes) -> Pictures:
    """The pictures in a response. Raises `Malformed`, `Truncated`, or the fault that the body reports instead."""
    try:
        reply = _decode(body)
        facts = {name: value for name, value in _decode_fields(body).items() if name not in _OWN_FIELDS}
    except _UNREADABLE as unreadable:
        if "truncated" in str(unreadable):
            raise Truncated("the response ended within its JSON") from None
        raise Malformed("not a list of pictures") from None
    if bytes(reply.error) != b"null":
        raise read_fault(bytes(reply.error))
    items = tuple(
        MadePicture(base64=made.b64_json, url=made.url, revised_prompt=made.revised_prompt) for made in reply.data or ()
    )
    if not items or not all(item.base64 or item.url for item in items):
        raise Malformed("a reply without pictures")
    return Pictures(items=items, usage=None if reply.usage is None else _buckets(reply.usage), facts=facts)


def _made(item: _Item) -> MadePicture:
    return MadePicture(base64=item.b64_json, url=item.url, revised_prompt=item.revised_prompt)


def _is_spoken(name: str, value: Raw, call: PictureCall) -> bool:
    if name in ("style", "response_format") and _GPT_IMAGE.search(call.model):
        return False
    return name in _KNOWS[call.kind] and not (name == "output_format" and bytes(value) == _SVG)


def _file(upload: Upload) -> tuple[str, bytes, str]:
    sound = _MEDIA_TYPE.fullmatch(upload.media_type)
    return upload.name, upload.data, upload.media_type if sound else "application/octet-stream"


def _written(value: object) -> str:
    """A field as a form has it: text without quotes, the rest as JSON."""
    if isinstance(value, str):
        return value
    written = bytes(value) if isinstance(value, Raw) else _encode(value)
    return _decode_text(written) if written.startswith(b'"') else written.decode()


def _buckets(wire: _Usage) -> TokenUsage:
    """What is not said to be text of the answer is a picture's."""
    cached = wire.input_tokens_details.cached_tokens if wire.input_tokens_details is not None else None
    words = wire.output_tokens_details.text_tokens if wire.output_tokens_details is not None else None
    cached, words = min(cached or 0, wire.input_tokens), min(words or 0, wire.output_tokens)
    return TokenUsage(
        input=wire.input_tokens - cached, cached_input=cached, output=words, image=wire.output_tokens - words
    )
