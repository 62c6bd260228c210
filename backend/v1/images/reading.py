"""From a request for pictures to an errand, and from pictures to the answer. Pure."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
from msgspec import MsgspecError, Raw, Struct

from backend.attachments.names import clean_name
from backend.attachments.pictures import picture_format
from backend.errands.drawing import Drawing
from backend.errands.order import Done, Errand
from backend.errors import InvalidRequest
from backend.providers.calls import MadePicture, PictureCall, Pictures, Upload
from backend.v1.chat.reading import preferences_of
from backend.v1.chat.wire import AnsweredBy, ProviderPreferences
from backend.v1.images.wire import (
    MOST_UPLOADS,
    EditForm,
    GenerationRequest,
    ImageItem,
    ImageList,
    ImageUsage,
    VariationForm,
)

_PASSED_ON = ("style", "background", "output_format", "response_format", "user")
_FACTS = ("background", "output_format", "quality", "size")
_decode_preferences = msgspec.json.Decoder(ProviderPreferences).decode
_decode_text = msgspec.json.Decoder(str).decode


class _Body(Struct, frozen=True):
    """All that was sent; of files their hashes."""

    kind: str
    fields: Struct
    extra: dict[str, Raw]
    files: list[str]


def generation_of(request: GenerationRequest, extra: Mapping[str, Raw] | None) -> Errand:
    """Pictures from words. Raises `InvalidRequest`."""
    if request.stream:
        raise InvalidRequest("Pictures are not streamed here: leave stream out.")
    call = PictureCall(
        kind="generate",
        model="",
        prompt=request.prompt,
        count=request.n or 1,
        size=request.size,
        quality=request.quality,
        extra=_further(request, extra or {}),
    )
    models = (request.model, *(request.models or ()))
    return _errand(request, call, models, request.provider, extra or {})


def edit_of(form: EditForm, pictures: Sequence[Upload], mask: Upload | None, extra: Mapping[str, Raw]) -> Errand:
    """Pictures from pictures and words. Raises `InvalidRequest`."""
    call = PictureCall(
        kind="edit",
        model="",
        prompt=form.prompt,
        count=form.n or 1,
        pictures=_enough(pictures, MOST_UPLOADS),
        mask=mask,
        size=form.size,
        quality=form.quality,
        extra=_further(form, extra),
    )
    return _errand(form, call, (form.model,), _preferences(form.provider), extra)


def variation_of(form: VariationForm, pictures: Sequence[Upload], extra: Mapping[str, Raw]) -> Errand:
    """Pictures from a picture. Raises `InvalidRequest`."""
    call = PictureCall(
        kind="vary",
        model="",
        count=form.n or 1,
        pictures=_enough(pictures, 1),
        size=form.size,
        extra=_further(form, extra),
    )
    return _errand(form, call, (form.model,), _preferences(form.provider), extra)


def upload_of(name: str, data: bytes) -> Upload:
    """A picture file, its kind told from its bytes. Raises `InvalidRequest`."""
    kind = picture_format(data)
    if kind is None:
        raise InvalidRequest(f"The file {clean_name(name)} is no picture: give PNG, JPEG, WebP or GIF.")
    return Upload(name=clean_name(name), media_type=f"image/{kind.lower()}", data=data)


def _enough(pictures: Sequence[Upload], most: int) -> tuple[Upload, ...]:
    if not 1 <= len(pictures) <= most:
        wanted = "one file" if most == 1 else f"1 to {most} files"
        raise InvalidRequest(f"Give {wanted} as image.")
    return tuple(pictures)


def _preferences(text: str | None) -> ProviderPreferences | None:
    if text is None:
        return None
    try:
        return _decode_preferences(text)
    except MsgspecError as wrong:
        raise InvalidRequest(f"provider: {wrong}") from None


def _further(request: Struct, extra: Mapping[str, Raw]) -> dict[str, Raw] | None:
    given = {name: value for name in _PASSED_ON if (value := getattr(request, name, None)) is not None}
    return {**extra, **{name: Raw(msgspec.json.encode(value)) for name, value in given.items()}} or None


def _errand(
    request: GenerationRequest | EditForm | VariationForm,
    call: PictureCall,
    models: tuple[str, ...],
    provider: ProviderPreferences | None,
    extra: Mapping[str, Raw],
) -> Errand:
    preferences, strategy = preferences_of(provider)
    uploads = [*call.pictures, *([call.mask] if call.mask is not None else [])]
    return Errand(
        body=_Body(
            call.kind,
            _without_files(request),
            dict(extra),
            [hashlib.sha256(upload.data).hexdigest() for upload in uploads],
        ),
        work=Drawing(call),
        shape=image_list,
        requested=request.model,
        models=models,
        preferences=preferences,
        strategy=strategy,
    )


def _without_files(request: GenerationRequest | EditForm | VariationForm) -> Struct:
    files = {name: None for name in ("image", "images", "mask") if hasattr(request, name)}
    return msgspec.structs.replace(request, **files)


def image_list(done: Done) -> ImageList:
    """The answer."""
    assert isinstance(done.made, Pictures)
    usage = done.pieces.usage
    return ImageList(
        created=int(time.time()),
        data=[_item(made) for made in done.made.items],
        model=done.model,
        usage=ImageUsage(
            input_tokens=usage.prompt_tokens,
            output_tokens=usage.completion_tokens,
            total_tokens=usage.prompt_tokens + usage.completion_tokens,
            pictures=done.pieces.pictures,
            credits=done.credits,
            estimated=done.pieces.estimated,
        ),
        routing_metadata=done.routing,
        provider=AnsweredBy(name=done.provider, model=done.model, latency_ms=done.latency_ms),
        **_facts(done.made.facts or {}),
    )


def _item(made: MadePicture) -> ImageItem:
    revised = made.revised_prompt.replace("\0", "") if made.revised_prompt is not None else None
    return ImageItem(b64_json=made.base64, url=made.url, revised_prompt=revised)


def _facts(given: Mapping[str, Raw]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _FACTS:
        with suppress(MsgspecError):
            found[name] = _decode_text(given.get(name, Raw(b"null"))).replace("\0", "")[:100]
    return found
