"""Pictures: proven to be some, scaled to what models look at, and freed of everything but their pixels."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

from backend.attachments.findings import Found, NotAccepted, Refused
from backend.attachments.tokens import picture_tokens
from shared.attachments import AttachmentKind

MOST_PIXELS = 20_000_000
LONGEST_SIDE = 2000
"""Pixels: no vendor looks at more (docs.anthropic.com/en/docs/build-with-claude/vision)."""
MOST_KEPT = 3_500_000
"""Bytes: Anthropic takes pictures of 5 MB at most, as base64."""
_QUALITY = 88
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_KEPT_AS = {"PNG": "PNG", "GIF": "PNG", "JPEG": "JPEG", "WEBP": "WEBP"}
"""Of what moves the first frame is kept, as PNG: not every model reads GIF."""


def picture_format(data: bytes) -> str | None:
    """The format that a file claims by its first bytes, None when that is no picture's."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((name for signature, name in _SIGNATURES.items() if data.startswith(signature)), None)


def read_picture(data: bytes, claimed: str) -> Found:
    """What is kept of a picture. Raises `NotAccepted`.

    It is drawn anew: upright, its longer side at most `LONGEST_SIDE`, and without what a camera or an editor noted in
    it (place, time, owner, comments).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            source = _checked(data, claimed)
            source.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            upright = ImageOps.exif_transpose(source)
    except (NotAccepted, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:  # its parsers raise whatever they stumble over
        raise NotAccepted(Refused.UNREADABLE, f"This looks like a {_name(claimed)} image, but it is broken.") from None
    clean = _only_pixels(upright)
    content, media_type = _written(clean, _KEPT_AS[claimed])
    return Found(
        kind=AttachmentKind.IMAGE,
        media_type=media_type,
        tokens=picture_tokens(*clean.size),
        content=content,
        width=clean.width,
        height=clean.height,
    )


def _checked(data: bytes, claimed: str) -> Image.Image:
    with Image.open(BytesIO(data), formats=[claimed]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise _too_many_pixels()
        opened.verify()
    return Image.open(BytesIO(data), formats=[claimed])


def _only_pixels(image: Image.Image) -> Image.Image:
    transparent = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    drawn = image.convert("RGBA" if transparent else "RGB" if image.mode not in {"L", "1", "I", "I;16"} else "L")
    clean = Image.new(drawn.mode, drawn.size)
    clean.paste(drawn)
    return clean


def _written(image: Image.Image, kept_as: str) -> tuple[bytes, str]:
    formats = [kept_as, "WEBP" if image.mode == "RGBA" else "JPEG"]
    for name in formats:
        buffer = BytesIO()
        if name == "PNG":
            image.save(buffer, name)
        else:
            image.save(buffer, name, quality=_QUALITY)
        if buffer.tell() <= MOST_KEPT:
            return buffer.getvalue(), Image.MIME[name]
    raise NotAccepted(Refused.TOO_LARGE, "This image has too much detail to be shown to a model. Make it smaller.")


def _too_many_pixels() -> NotAccepted:
    return NotAccepted(
        Refused.TOO_LARGE, f"This image has more than {MOST_PIXELS // 10**6} megapixels. Make it smaller."
    )


def _name(claimed: str) -> str:
    return "WebP" if claimed == "WEBP" else claimed
