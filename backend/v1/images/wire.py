"""Pictures on the wire: platform.openai.com/docs/api-reference/images."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from backend.v1.chat.wire import AnsweredBy, Name, ProviderPreferences
from shared.routing import Routing

MOST_UPLOADS = 16
Count = Annotated[int, Meta(ge=1, le=10)]
Prompt = Annotated[str, Meta(min_length=1, max_length=32_000)]
Choice = Annotated[str, Meta(min_length=1, max_length=40)]
Size = Annotated[
    str,
    Meta(
        pattern="^(auto|[1-9][0-9]{1,4}x[1-9][0-9]{1,4})$", description="Width and height in pixels: 1024x1024; or auto"
    ),
]
Quality = Literal["auto", "standard", "hd", "low", "medium", "high"]
Background = Literal["transparent", "opaque", "auto"]
OutputFormat = Literal["png", "jpeg", "webp"]
File = Annotated[Any, Meta(description="A file: PNG, JPEG, WebP or GIF")]


class GenerationRequest(Struct, frozen=True, kw_only=True):
    """Pictures to be made from words.

    `model` is a catalogue name, an alias or `auto`; `models` are asked after it, in order. Fields that the model's
    provider does not know are named in `routing_metadata.ignored`.
    """

    prompt: Prompt
    model: Name = "auto"
    models: Annotated[list[Name], Meta(max_length=20)] | None = None
    n: Count | None = None
    size: Size | None = None
    quality: Quality | None = None
    style: Choice | None = None
    background: Background | None = None
    output_format: OutputFormat | None = None
    response_format: Literal["url", "b64_json"] | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    stream: bool | None = None
    provider: ProviderPreferences | None = None


class EditForm(Struct, frozen=True, kw_only=True, rename={"images": "image[]"}):
    """Pictures to be changed as words say. One file is `image`, several are `image[]`; `provider` is JSON."""

    prompt: Prompt
    image: File = None
    images: File = None
    mask: File = None
    model: Name = "auto"
    n: Count | None = None
    size: Size | None = None
    quality: Quality | None = None
    background: Background | None = None
    output_format: OutputFormat | None = None
    response_format: Literal["url", "b64_json"] | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    provider: Annotated[str, Meta(max_length=10_000)] | None = None


class VariationForm(Struct, frozen=True, kw_only=True):
    """A picture of which others are to be made; `provider` is JSON."""

    image: File = None
    model: Name = "auto"
    n: Count | None = None
    size: Size | None = None
    response_format: Literal["url", "b64_json"] | None = None
    user: Annotated[str, Meta(max_length=512)] | None = None
    provider: Annotated[str, Meta(max_length=10_000)] | None = None


class ImageItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture, in base64 or at an address of the provider's, as the model gives it."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class ImageUsage(Struct, frozen=True, kw_only=True):
    """Tokens and pictures, and what they cost in credits. `estimated`: the provider reported no tokens."""

    input_tokens: int
    output_tokens: int
    total_tokens: int
    pictures: int
    credits: Decimal
    estimated: bool


class ImageList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All pictures of one request; `created` is in epoch seconds."""

    created: int
    data: list[ImageItem]
    model: str
    usage: ImageUsage
    routing_metadata: Routing
    provider: AnsweredBy
    background: str | None = None
    output_format: str | None = None
    quality: str | None = None
    size: str | None = None
