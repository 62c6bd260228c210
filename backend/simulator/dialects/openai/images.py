"""Pictures: platform.openai.com/docs/api-reference/images."""

import re
from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, UnsetType
from multipart import MultipartError, MultipartParser, parse_options_header  # type: ignore[import-untyped]

from backend.simulator import pictures, sight, tokens
from backend.simulator.ask import Given, Trade
from backend.simulator.dialects.openai.errors import UNREADABLE
from backend.simulator.dialects.reading import decoded, seen
from backend.simulator.http import Request
from backend.simulator.personas import CREATED
from backend.simulator.refusal import Kind, Refusal

_SIDES = (1024, 1024)
_SIZE = re.compile(r"(\d{1,4})x(\d{1,4})")
_PIXELS_PER_TOKEN = 1024
_MOST_UPLOADS = 16
_MOST_PROMPT = 32_000


class Wish(Struct, frozen=True, kw_only=True, rename={"count": "n"}):
    """What the pictures should be like. Only PNG is made, and nothing is streamed."""

    model: Annotated[str, Meta(min_length=1)] = "sim-image"
    prompt: Annotated[str, Meta(max_length=_MOST_PROMPT)] = ""
    count: Annotated[int, Meta(ge=1, le=10)] | None = 1
    size: str | None = None
    quality: Literal["auto", "standard", "hd", "low", "medium", "high"] | None = None
    response_format: Literal["b64_json", "url"] | None = None
    output_format: Literal["png"] | None = None
    stream: Literal[False] | None = None


class Image(Struct, frozen=True, omit_defaults=True):
    """One picture: itself, or where it is."""

    b64_json: str | None = None
    url: str | None = None


class InputDetails(Struct, frozen=True):
    """Parts of the request."""

    text_tokens: int
    image_tokens: int


class Usage(Struct, frozen=True):
    """Tokens as today's picture models count them."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_tokens_details: InputDetails


class Images(Struct, frozen=True):
    """All pictures of one request."""

    created: int
    data: list[Image]
    size: str
    quality: str | UnsetType
    output_format: str
    usage: Usage


_decode = msgspec.json.Decoder(Wish).decode


def generate(request: Request) -> Given:
    """Pictures made from words. Raises Refusal."""
    wish = decoded(_decode, request.body, UNREADABLE)
    return _given(request, wish, [], needs_prompt=True)


def edit(request: Request) -> Given:
    """Pictures made from pictures and words. Raises Refusal."""
    wish, uploads = _form(request)
    return _given(request, wish, uploads, needs_prompt=True)


def vary(request: Request) -> Given:
    """Pictures made from one picture. Raises Refusal."""
    wish, uploads = _form(request)
    return _given(request, wish, uploads, needs_prompt=False)


def _given(request: Request, wish: Wish, uploads: Sequence[bytes], *, needs_prompt: bool) -> Given:
    if needs_prompt and not wish.prompt:
        raise Refusal(Kind.INVALID, "Missing required parameter: 'prompt'.", field="prompt")
    width, height = _sides(wish.size)
    count = wish.count or 1
    text, seen_tokens = tokens.count(wish.prompt), len(uploads) * tokens.IMAGE_TOKENS
    made = count * max(1, width * height // _PIXELS_PER_TOKEN)
    answer = Images(
        created=CREATED,
        data=[_image(request, wish, uploads, number, width, height) for number in range(count)],
        size=f"{width}x{height}",
        quality=wish.quality or msgspec.UNSET,
        output_format="png",
        usage=Usage(text + seen_tokens, made, text + seen_tokens + made, InputDetails(text, seen_tokens)),
    )
    data = msgspec.json.encode(answer)
    return Given(model=wish.model, trade=Trade.PICTURE, data=data, prompt=wish.prompt, longest=text)


def _image(request: Request, wish: Wish, uploads: Sequence[bytes], number: int, width: int, height: int) -> Image:
    name = pictures.identity([wish.prompt.encode("utf-8", "surrogatepass"), bytes([number]), *uploads])
    if wish.response_format == "url":
        host = request.headers.get("host", "127.0.0.1")
        return Image(url=f"http://{host}{pictures.path(name, width, height)}")
    return Image(b64_json=b64encode(pictures.draw(name, width, height)).decode())


def _sides(size: str | None) -> tuple[int, int]:
    if size in {None, "auto"}:
        return _SIDES
    found = _SIZE.fullmatch(size or "")
    if found is None or not all(0 < int(side) <= pictures.MOST_PIXELS for side in found.groups()):
        raise Refusal(Kind.INVALID, f"Invalid size '{(size or '')[:20]}'.", field="size")
    return int(found[1]), int(found[2])


def _form(request: Request) -> tuple[Wish, list[bytes]]:
    """The fields of a form and the pictures in it, the mask last. Raises Refusal."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or "boundary" not in options:
        raise Refusal(Kind.INVALID, "The request has to be multipart/form-data.")
    fields: dict[str, str] = {}
    uploads: list[tuple[str, bytes]] = []
    try:
        for part in MultipartParser(BytesIO(request.body), options["boundary"], strict=True):
            if part.filename is None:
                fields[part.name] = part.value
            else:
                uploads.append((part.name, part.raw))
    except (MultipartError, UnicodeDecodeError):
        raise Refusal(Kind.INVALID, "We could not parse the form in the body of your request.") from None
    found = [data for name, data in uploads if name in {"image", "image[]"}]
    if not 1 <= len(found) <= _MOST_UPLOADS:
        raise Refusal(Kind.INVALID, f"1 to {_MOST_UPLOADS} pictures are needed.", field="image")
    found += [data for name, data in uploads if name == "mask"]
    for data in found:
        seen(sight.look, data, "image")
    try:
        return msgspec.convert(fields, Wish, strict=False), found
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        raise Refusal(Kind.INVALID, f"Invalid request: {problem}.", field=place.strip("`.") or None) from None
